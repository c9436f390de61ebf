import { openAdministration, transact, type Account } from '../../../src/accounts/index.ts';
import type { Trust } from '../../../src/accounts/linking.ts';
import { postgresAccountStore } from '../../../src/accounts/postgres_account_store.ts';
import { postgresIdentityStore } from '../../../src/accounts/postgres_identity_store.ts';
import type { Address } from '../../../src/kit/addresses.ts';
import type { MailTemplate } from '../../../src/mail/index.ts';
import { arrivalOf, freshVisit, ownerOf, signUpOf } from '../world.ts';
import { awaitMail, ends, enter, mayJoin, stands, tokenIn, type Game, type Person, type Table } from './game.ts';

/** What happens next, to whom; `pick` chooses among what there is. */
export interface Turn {
  table: Table;
  game: Game;
  who: Person;
  pick<Thing>(things: readonly Thing[]): Thing | undefined;
}

type Move = (turn: Turn) => Promise<void>;

const occasion = { locale: 'en' as const, reference: 'AAAAA-BBBBB' };
const UPSTREAMS = ['google', 'partner'] as const;
const passwordOf = ({ name }: Person) => `password of ${name}`;

const anyAddress = ({ game, pick }: Turn): Address => pick(game.addresses) ?? game.addresses[0];
const ownAddress = ({ game, who, pick }: Turn) =>
  pick(game.addresses.filter(({ canonical }) => who.reads.has(canonical))) ?? game.addresses[2];

/** The person's session that is still one, and its account. */
async function session({ table, who, pick }: Turn): Promise<Account | undefined> {
  const one = pick(who.sessions);
  const account = one && (await table.world.accounts.find(one.accountId));
  const alive =
    account && !account.disabledAt && !account.deleteAt && account.provenFrom?.getTime() === one?.provenFrom;
  if (!alive) who.sessions = who.sessions.filter((other) => other !== one);
  return alive ? account : undefined;
}

/** The token of the newest mail of this kind in a mailbox that the person reads. */
function mailed(turn: Turn, template: MailTemplate): { token: string; to: Address } | undefined {
  const to = ownAddress(turn);
  const mail = turn.table.mailbox(to).findLast((candidate) => candidate.template === template);
  return mail && { token: tokenIn(mail.values), to };
}

async function endEverything({ table, game }: Turn, accountId: string): Promise<void> {
  ends(game, accountId);
  const { knex } = table.world.database;
  await knex.transaction((within) => table.world.accounts.forgetProofs(within, accountId));
}

async function holder(turn: Turn, who: Person, accountId: string): Promise<void> {
  const { knex } = turn.table.world.database;
  if (turn.pick([true, false])) await turn.table.world.passwords.set(knex, accountId, passwordOf(who));
  if (turn.pick([true, false, false])) {
    const { upstreamId, identity } = arrivalOf(undefined, 'absent', { subject: `${who.name} ${accountId}` });
    const { issuer, subject } = identity;
    await postgresIdentityStore(knex).insert(accountId, { upstreamId, issuer, subject, facts: {}, trust: 'absent' });
  }
}

/** Only truth is believed: whoever says `verified` or more of an address reads its mail. `unverified` may be anybody's. */
const arrive: Move = async (turn) => {
  const { table, game, who, pick } = turn;
  const trust = pick(['authoritative', 'verified', 'unverified', 'absent'] satisfies Trust[]) ?? 'absent';
  const believed = trust === 'authoritative' || trust === 'verified';
  const to = believed ? ownAddress(turn) : anyAddress(turn);
  if (believed) who.proven.add(to.canonical);
  const subject = `${who.name} ${game.addresses[0].canonical}`;
  const arrival = arrivalOf(trust === 'absent' ? undefined : to, trust, { subject, upstreamId: pick(UPSTREAMS) });
  const visit = freshVisit();
  await enter(table, game, who, await table.world.accounts.arrive(arrival, visit), { visit, typed: anyAddress(turn) });
};

const signUp: Move = async (turn) => {
  const { table, game, who } = turn;
  const to = anyAddress(turn);
  const visit = freshVisit();
  const sent = await table.world.accounts.signUp(signUpOf(to, { passwordHash: passwordOf(who) }), visit);
  awaitMail(table, game, who, sent, { visit, to });
};

const signInByPassword: Move = async (turn) => {
  const { table, game, who } = turn;
  const account = await table.world.accounts.findByAddress(anyAddress(turn).canonical);
  const row = account && (await table.world.database.knex('passwords').where({ account_id: account.id }).first());
  if (!account || row?.password_hash !== passwordOf(who)) return;
  const decision = account.address?.verifiedAt ? ('sign_in' as const) : ('verify_address_first' as const);
  await enter(table, game, who, { decision, account }, { visit: freshVisit(), typed: anyAddress(turn) });
};

const typeCode: Move = async (turn) => {
  const { table, game, who, pick } = turn;
  const proof = pick(readable(turn));
  if (!proof) return;
  const redeemed = await table.world.accounts.codes.redeem(proof.id, proof.code, proof.visit);
  if (!redeemed.ok) return;
  who.proven.add(proof.to.canonical);
  const { outcome } = redeemed;
  if (outcome.decision === 'join' && !mayJoin(game, proof.begun, outcome.account.id))
    throw new Error('a dead code joined');
  await enter(table, game, who, outcome, { visit: proof.visit, typed: anyAddress(turn) });
};

const pressOwnLink: Move = async (turn) => {
  const { table, game, who, pick } = turn;
  const proof = pick(readable(turn));
  if (!proof?.token) return;
  const { accounts } = table.world;
  if (!(await accounts.confirm(proof.token, proof.visit.browserHash)).ok) return;
  who.proven.add(proof.to.canonical);
  const account = await accounts.codes.confirmed(proof.id, proof.visit);
  if (account) await enter(table, game, who, { decision: 'sign_in', account }, { visit: proof.visit, typed: proof.to });
};

/** By the password, by an identity of theirs that opens the account, or by a code: whichever the person has. */
const proveLink: Move = async (turn) => {
  const { table, game, who, pick } = turn;
  const { accounts, database } = table.world;
  const waiting = pick(who.links);
  if (!waiting) return;
  const { link, visit, begun } = waiting;
  const row = await database.knex('passwords').where({ account_id: link.accountId }).first();
  const identities = await accounts.identities.listOf(link.accountId);
  const own = row?.password_hash === passwordOf(who) || identities.some(({ subject }) => subject.startsWith(who.name));
  if (!own || pick([true, false])) {
    const to = (await accounts.find(link.accountId))?.address;
    return awaitMail(table, game, who, await accounts.sendLinkCode(link, visit), {
      visit,
      to,
      accountId: link.accountId,
    });
  }
  const joined = await accounts.join(link, {});
  if (!joined.ok) return;
  if (!mayJoin(game, begun, joined.account.id)) throw new Error('a dead proof joined');
  await enter(table, game, who, { decision: 'join', account: joined.account }, { visit, typed: anyAddress(turn) });
};

const connect: Move = async (turn) => {
  const account = await session(turn);
  const { game, who, pick } = turn;
  const subject = `${who.name} ${game.addresses[0].canonical}`;
  const arrival = arrivalOf(anyAddress(turn), 'unverified', { subject, upstreamId: pick(UPSTREAMS) });
  if (account) await turn.table.world.accounts.connect(ownerOf(account.id), arrival, {});
};

const disconnect: Move = async (turn) => {
  const account = await session(turn);
  const upstream = turn.pick(UPSTREAMS) ?? 'google';
  if (!account) return;
  const done = await turn.table.world.accounts.disconnect(account.id, upstream, occasion);
  if (done.ok) ends(turn.game, account.id);
};

const undoJoin: Move = async (turn) => {
  const mail = mailed(turn, 'identity-linked');
  if (!mail) return;
  const undone = await turn.table.world.accounts.undoJoin(mail.token, occasion, async (within, accountId) => {
    await turn.table.world.accounts.forgetProofs(within, accountId);
    return accountId;
  });
  if (undone === undefined) return;
  turn.who.proven.add(mail.to.canonical);
  ends(turn.game, undone);
};

const changePassword: Move = async (turn) => {
  const account = await session(turn);
  if (!account) return;
  const { accounts, database, passwords } = turn.table.world;
  await database.knex.transaction(async (within) => {
    await accounts.hold(within, account.id);
    await passwords.set(within, account.id, passwordOf(turn.who));
    await accounts.dropPending(within, account.id);
  });
  ends(turn.game, account.id);
};

const recover: Move = async (turn) => {
  await turn.table.world.accounts.recover(anyAddress(turn), freshVisit(), 'en');
};

const reset: Move = async (turn) => {
  const mail = mailed(turn, 'reset-password');
  if (!mail) return;
  const { accounts, database, passwords } = turn.table.world;
  const account = await transact(database, async (within) => {
    const redeemed = await accounts.redeemReset(within, mail.token);
    if (!redeemed) return undefined;
    await passwords.set(within, redeemed.account.id, passwordOf(turn.who));
    await accounts.forgetProofs(within, redeemed.account.id);
    return redeemed.account;
  });
  if (!account) return;
  turn.who.proven.add(mail.to.canonical);
  ends(turn.game, account.id);
  stands(turn.game, account);
};

const wishAddress: Move = async (turn) => {
  const account = await session(turn);
  const to = anyAddress(turn);
  if (!account) return;
  const asking = { ...occasion, clientAddress: '192.0.2.1' };
  await turn.table.world.selfService.addressChange.start(ownerOf(account.id), to, asking);
  const mail = turn.table.mailbox(to).at(-1);
  if (mail?.template === 'change-address' && turn.who.reads.has(to.canonical))
    turn.who.changes.push(tokenIn(mail.values));
};

const confirmAddress: Move = async (turn) => {
  const { selfService, accounts } = turn.table.world;
  const token = turn.pick(turn.who.changes) ?? '';
  const wanted = await selfService.addressChange.look(token);
  if (!wanted || !(await selfService.addressChange.confirm(token, occasion)).ok) return;
  turn.who.proven.add(wanted.address.canonical);
  const account = await accounts.find(wanted.account.id);
  if (account) stands(turn.game, account);
};

const undoAddress: Move = async (turn) => {
  const mail = mailed(turn, 'address-changed');
  if (!mail) return;
  const { selfService } = turn.table.world;
  const found = await selfService.addressChange.lookAtUndo(mail.token);
  if (!found || !(await selfService.addressChange.undo(mail.token, occasion)).ok) return;
  turn.who.proven.add(mail.to.canonical);
  ends(turn.game, found.account.id);
};

const remove: Move = async (turn) => {
  const account = await session(turn);
  if (!account) return;
  ends(turn.game, account.id);
  await turn.table.world.selfService.deletion.schedule(ownerOf(account.id), occasion);
};

const undoRemoval: Move = async (turn) => {
  const mail = mailed(turn, 'deletion-scheduled');
  if (mail) await turn.table.world.selfService.deletion.undo(mail.token);
};

/** Somebody's sign-up of an earlier release that never got past "check your e-mail". */
const leaveShell: Move = async (turn) => {
  const store = postgresAccountStore(turn.table.world.database.knex);
  const shell = await store.insert({ address: anyAddress(turn), profile: {}, origin: 'signup' }, undefined);
  if (shell) await holder(turn, turn.who, shell.id);
};

const administer: Move = async (turn) => {
  const { world } = turn.table;
  const admin = openAdministration({
    database: world.database,
    record: async () => {},
    setPassword: world.passwords.set,
    endEverythingOf: (id, within) => world.accounts.forgetProofs(within, id),
  });
  const account = await world.accounts.findByAddress(anyAddress(turn).canonical);
  const act = turn.pick(['disable', 'enable', 'remove', 'bury'] as const);
  if (!account) return;
  if (act === 'enable') return void (await admin.enable(account.id));
  if (act === 'bury' && account.deleteAt) await postgresAccountStore(world.database.knex).bury(account.id);
  if (act === 'disable') await admin.disable(account.id);
  if (act === 'remove') await admin.remove(account.id);
  if (act !== 'bury') ends(turn.game, account.id);
};

/** For somebody at an address of theirs, by the admin's word; or unproven, at an address that may be the other one's. */
const adminMakes: Move = async (turn) => {
  const verified = turn.pick([true, false]) ?? false;
  const to = verified ? ownAddress(turn) : anyAddress(turn);
  const store = postgresAccountStore(turn.table.world.database.knex);
  const account = await store.insert({ address: to, profile: {}, origin: 'admin' }, verified ? new Date() : undefined);
  if (!account) return;
  if (verified) turn.who.proven.add(to.canonical);
  stands(turn.game, account);
  await holder(turn, turn.who, account.id);
};

const leave: Move = async (turn) => {
  turn.who.sessions.pop();
};

const endSessions: Move = async (turn) => {
  const account = await session(turn);
  if (account) await endEverything(turn, account.id);
};

type When = (turn: Turn) => boolean;

const readable = ({ who }: Turn) => who.proofs.filter(({ code, to }) => code !== '' && who.reads.has(to.canonical));
const signedIn: When = ({ who }) => who.sessions.length > 0;
const waiting: When = ({ who }) => who.links.length > 0;
const coded: When = (turn) => readable(turn).length > 0;
const has =
  (template: MailTemplate): When =>
  ({ table, game, who }) =>
    game.addresses.some(
      (to) => who.reads.has(to.canonical) && table.mailbox(to).some((mail) => mail.template === template),
    );

/** Every move, and when it can come to anything; what leads on stands here more than once. */
export const moves: readonly { name: string; move: Move; when?: When }[] = [
  { name: 'arrive', move: arrive },
  { name: 'arrive', move: arrive },
  { name: 'arrive', move: arrive },
  { name: 'sign up', move: signUp },
  { name: 'type a code', move: typeCode, when: coded },
  { name: 'type a code', move: typeCode, when: coded },
  { name: 'type a code', move: typeCode, when: coded },
  { name: 'press the own link', move: pressOwnLink, when: coded },
  { name: 'sign in by password', move: signInByPassword },
  { name: 'prove what waits', move: proveLink, when: waiting },
  { name: 'prove what waits', move: proveLink, when: waiting },
  { name: 'prove what waits', move: proveLink, when: waiting },
  { name: 'connect', move: connect, when: signedIn },
  { name: 'disconnect', move: disconnect, when: signedIn },
  { name: 'undo a join', move: undoJoin, when: has('identity-linked') },
  { name: 'change the password', move: changePassword, when: signedIn },
  { name: 'recover', move: recover },
  { name: 'reset', move: reset, when: has('reset-password') },
  { name: 'wish for an address', move: wishAddress, when: signedIn },
  { name: 'confirm an address', move: confirmAddress, when: ({ who }) => who.changes.length > 0 },
  { name: 'undo an address', move: undoAddress, when: has('address-changed') },
  { name: 'delete', move: remove, when: signedIn },
  { name: 'undo a deletion', move: undoRemoval, when: has('deletion-scheduled') },
  { name: 'leave a shell', move: leaveShell },
  { name: 'be made by an admin', move: adminMakes },
  { name: 'be administered', move: administer },
  { name: 'end every session', move: endSessions, when: signedIn },
  { name: 'sign out', move: leave, when: signedIn },
];
