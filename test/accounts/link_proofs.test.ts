import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAdministration, type Account, type Arrival, type WaitingLink } from '../../src/accounts/index.ts';
import type { QueuedMail } from '../../src/mail/index.ts';
import { accountsWorld, arrivalOf, freshAddress, freshVisit, ownerOf, waiting, type World } from './world.ts';

const kept: QueuedMail[] = [];
const occasion = { locale: 'en' as const, reference: 'AAAAA-BBBBB' };
let world: World;

beforeAll(async () => {
  world = await accountsWorld({ kept });
});
afterAll(() => world.close());

/** An account with a password that Facebook opens as well, and a Google identity that waits to be joined to it. */
async function scene() {
  const account = await world.existing({ passwordHash: 'hash of hers' });
  const facebook = arrivalOf(undefined, 'absent', { upstreamId: 'facebook' });
  await world.accounts.connect(ownerOf(account.id), facebook, {});
  const arrival = arrivalOf(account.address, 'verified');
  const outcome = await world.accounts.arrive(arrival, freshVisit());
  if (outcome.decision !== 'prove_then_join') throw new Error(outcome.decision);
  return { account, arrival, link: outcome };
}

const prove = (link: WaitingLink) => world.accounts.join(link, {});

/** A code on its way; `enter` types it. */
async function coded(send: (visit: ReturnType<typeof freshVisit>) => ReturnType<World['accounts']['sendLinkCode']>) {
  const visit = freshVisit();
  const sent = await send(visit);
  if (!sent.ok) throw new Error(sent.reason);
  const code = kept.at(-1)?.values['code'] ?? '';
  return { template: kept.at(-1)?.template, enter: () => world.accounts.codes.redeem(sent.proofId, code, visit) };
}
const linkCode = (link: WaitingLink) => coded((visit) => world.accounts.sendLinkCode(link, visit));
const arrivalCode = (arrival: Arrival) => coded((visit) => world.accounts.sendArrivalCode(arrival, visit));

async function opens({ upstreamId, identity: { issuer, subject } }: Arrival): Promise<string | undefined> {
  return (await world.accounts.identities.find({ upstreamId, issuer, subject }))?.accountId;
}

function tokenIn(mail: QueuedMail | undefined): string {
  return new URL(mail?.values['link'] ?? '', 'https://x.example').searchParams.get('token') ?? '';
}
const newest = (to: string, template: QueuedMail['template']) =>
  kept.findLast((mail) => mail.to === to && mail.template === template);

const administration = () =>
  openAdministration({
    database: world.database,
    record: async () => {},
    setPassword: world.passwords.set,
    endEverythingOf: (id, within) => world.accounts.forgetProofs(within, id),
  });

/** What can happen to an account while a page, a trip or a code waits. Each leaves the account usable, with the same password. */
const meanwhile: [what: string, happen: (account: Account) => Promise<unknown>][] = [
  [
    'everything of it was ended',
    ({ id }) => world.database.knex.transaction((w) => world.accounts.forgetProofs(w, id)),
  ],
  [
    'it was disabled, and enabled again',
    async ({ id }) => {
      await administration().disable(id);
      await administration().enable(id);
    },
  ],
  [
    'it was deleted, and that was undone',
    async ({ id, address }) => {
      await world.selfService.deletion.schedule(ownerOf(id), occasion);
      await world.selfService.deletion.undo(tokenIn(newest(address?.stored ?? '', 'deletion-scheduled')));
    },
  ],
  [
    'it got another address',
    async ({ id }) => {
      const other = freshAddress();
      await world.selfService.addressChange.start(ownerOf(id), other, { ...occasion, clientAddress: '192.0.2.1' });
      await world.selfService.addressChange.confirm(tokenIn(newest(other.stored, 'change-address')), occasion);
    },
  ],
  ['it got another password', ({ id }) => world.database.knex.transaction((w) => world.accounts.dropPending(w, id))],
  ['another identity was disconnected', ({ id }) => world.accounts.disconnect(id, 'facebook', occasion)],
  [
    'the very identity was joined and disconnected again',
    async ({ id, address }) => {
      await world.accounts.connect(ownerOf(id), arrivalOf(address, 'verified'), {});
      await world.accounts.disconnect(id, 'google', occasion);
    },
  ],
  [
    'a join was undone by its mail',
    async ({ id, address }) => {
      await world.accounts.connect(ownerOf(id), arrivalOf(address, 'verified'), {});
      const token = tokenIn(newest(address?.stored ?? '', 'identity-linked'));
      await world.accounts.undoJoin(token, occasion, async () => {});
    },
  ],
];

describe('an identity that waits for its account', () => {
  it('is joined by a proof on its page, and by a code', async () => {
    const [one, two] = [await scene(), await scene()];
    expect(await prove(one.link)).toMatchObject({ ok: true });
    expect(await (await linkCode(two.link)).enter()).toMatchObject({ outcome: { decision: 'join' } });
    for (const { account, arrival } of [one, two]) expect(await opens(arrival)).toBe(account.id);
  });

  it.each(meanwhile)('waits in vain once %s', async (_what, happen) => {
    const { account, arrival, link } = await scene();
    const code = await linkCode(link);
    await happen(account);
    expect(await prove(link)).toEqual({ ok: false, reason: 'outdated' });
    expect(await world.accounts.sendLinkCode(link, freshVisit())).toEqual({ ok: false, reason: 'over' });
    const late = await code.enter();
    expect(late.ok && late.outcome.decision !== 'refuse_neutral').toBe(false);
    expect(await opens(arrival)).toBeUndefined();
    // Begun anew, it is joined.
    const now = await world.accounts.find(account.id);
    if (now) expect(await prove(waiting(now, arrival))).toMatchObject({ ok: true });
  });

  it('stays where it is when it was joined to another account meanwhile', async () => {
    const { arrival, link } = await scene();
    const code = await linkCode(link);
    const other = await world.existing();
    await world.accounts.connect(ownerOf(other.id), arrival, {});
    expect(await prove(link)).toEqual({ ok: false, reason: 'taken' });
    expect(await code.enter()).toMatchObject({ outcome: { decision: 'refuse_neutral' } });
    expect(await opens(arrival)).toBe(other.id);
  });

  it('is joined once, with one mail, however many prove it at once on two processes (A12)', async () => {
    const other = world.second();
    const { account, arrival, link } = await scene();
    kept.length = 0;
    const code = await linkCode(link);
    const ends = await Promise.all(
      [world.accounts, other.accounts].flatMap((door) => Array.from({ length: 8 }, () => door.join(link, {}))),
    );
    expect(ends.map(({ ok }) => ok)).toEqual(ends.map(() => true));
    await code.enter();
    expect(kept.filter(({ template }) => template === 'identity-linked')).toHaveLength(1);
    expect(await opens(arrival)).toBe(account.id);
    await other.database.close();
  });

  it('shuts out a second one of the same upstream that waits beside it', async () => {
    const { account, link } = await scene();
    const rival = waiting(account, arrivalOf(account.address, 'verified'));
    const ends = await Promise.all([prove(link), prove(rival)]);
    expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
    expect(ends.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'upstream_taken' });
  });
});

describe('a code for the address of an arrival', () => {
  const unverified = async () => {
    const { account } = await scene();
    const arrival = arrivalOf(account.address, 'unverified');
    return { account, arrival, code: await arrivalCode(arrival) };
  };

  it('joins the account that its mail spoke of', async () => {
    const { account, arrival, code } = await unverified();
    expect(code.template).toBe('link-code');
    expect(await code.enter()).toMatchObject({ outcome: { decision: 'join' } });
    expect(await opens(arrival)).toBe(account.id);
    expect(await code.enter()).toMatchObject({ ok: false, reason: 'used' });
  });

  it.each(meanwhile)('joins nothing once %s', async (_what, happen) => {
    const { account, arrival, code } = await unverified();
    await happen(account);
    const late = await code.enter();
    expect(late.ok ? late.outcome.decision : 'refused').not.toMatch(/^(?:join|prove_then_join|sign_in)$/);
    expect(await opens(arrival)).not.toBe(account.id);
  });

  it('proves nothing of an account that came meanwhile: its mail spoke of none', async () => {
    const address = freshAddress();
    const arrival = arrivalOf(address, 'unverified');
    const code = await arrivalCode(arrival);
    expect(code.template).toBe('verify-email');
    const account = await world.existing({ address });
    expect(await code.enter()).toMatchObject({ outcome: { decision: 'code_first' } });
    expect(await opens(arrival)).toBeUndefined();
    const next = await arrivalCode(arrival);
    expect(next.template).toBe('link-code');
    await next.enter();
    expect(await opens(arrival)).toBe(account.id);
  });

  it('is not sent for an account that is deleted at this moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { account, link } = await scene();
      const [sent] = await Promise.all([
        world.accounts.sendLinkCode(link, freshVisit()),
        administration().remove(account.id),
      ]);
      if (!sent.ok) expect(sent.reason).toBe('over');
      expect(await world.database.knex('mailed_proofs').where({ account_id: account.id })).toEqual([]);
    }
  });
});
