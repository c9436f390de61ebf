import type { Account, Arrival, Outcome, Sent, VisitBinding, WaitingLink } from '../../../src/accounts/index.ts';
import type { QueuedMail } from '../../../src/mail/index.ts';
import type { Address } from '../../../src/kit/addresses.ts';
import { accountsWorld, address, type World } from '../world.ts';

/** One of two people, who trust each other in nothing. */
export interface Person {
  name: 'A' | 'B';
  /** Canonical addresses whose mail they read. */
  reads: Set<string>;
  /** Those of which they ever showed it, to us or to an upstream that we believe, or for which an admin vouched. */
  proven: Set<string>;
  /** Everything of theirs that waits, in whichever of their browsers. */
  proofs: { id: string; visit: VisitBinding; to: Address; code: string; token: string; begun: Begun }[];
  links: { link: WaitingLink; visit: VisitBinding; begun: Begun }[];
  /** Links of changes of address that they asked for themselves. */
  changes: string[];
  sessions: { accountId: string; provenFrom?: number }[];
}

/** What a proof began with: which account, and how often something of it had been ended by then. */
export interface Begun {
  accountId?: string;
  endings: number;
}

/** What has happened between two people so far. The model knows it from what it did, not from the database. */
export interface Game {
  people: [Person, Person];
  /** A's own, B's own, and one that both read. */
  addresses: [Address, Address, Address];
  /** Every address that an account ever had. */
  had: Map<string, Set<string>>;
  /** How often proofs of an account were ended. */
  endings: Map<string, number>;
}

/** A world for many games at once, its mailboxes, and what was decided in it. */
export interface Table {
  world: World;
  mailbox(of: Address): QueuedMail[];
  decided: Map<string, number>;
  close(): Promise<void>;
}

/** Opens one. */
export async function openTable(): Promise<Table> {
  const mails = new Map<string, QueuedMail[]>();
  const kept = { push: (mail: QueuedMail) => void mails.set(mail.to, [...(mails.get(mail.to) ?? []), mail]) };
  const world = await accountsWorld({ kept });
  world.settings.tellOfNewDevices = false;
  return { world, mailbox: (of) => mails.get(of.stored) ?? [], decided: new Map(), close: () => world.close() };
}

let games = 0;

/** A new game: each has a mailbox of their own, and they share one. */
export function newGame(): Game {
  games += 1;
  const named = (name: string) => address(`${name}.${games}@example.com`);
  const addresses: Game['addresses'] = [named('a'), named('b'), named('both')];
  const person = (name: 'A' | 'B', own: 0 | 1): Person => ({
    name,
    reads: new Set([addresses[own].canonical, addresses[2].canonical]),
    proven: new Set(),
    proofs: [],
    links: [],
    changes: [],
    sessions: [],
  });
  return { people: [person('A', 0), person('B', 1)], addresses, had: new Map(), endings: new Map() };
}

/** Notes that an account stands at an address. */
export function stands(game: Game, account: Account): void {
  const had = game.had.get(account.id) ?? new Set();
  game.had.set(account.id, had.add(account.address?.canonical ?? ''));
}

/** Notes that whatever waits for an account is over. */
export function ends(game: Game, accountId: string): void {
  game.endings.set(accountId, (game.endings.get(accountId) ?? 0) + 1);
}

export function begunWith(game: Game, accountId: string | undefined): Begun {
  return { accountId, endings: game.endings.get(accountId ?? '') ?? 0 };
}

/** Whether a proof that began so may still join: its account is the same, and nothing of it was ended since. */
export function mayJoin(game: Game, { accountId, endings }: Begun, joined: string): boolean {
  return accountId === joined && endings === (game.endings.get(joined) ?? 0);
}

/** Goes on from a decision as the sign-in pages do; `typed` is what they fill in where an address is asked for. */
export async function enter(
  table: Table,
  game: Game,
  who: Person,
  outcome: Outcome,
  { visit, typed }: { visit: VisitBinding; typed: Address },
): Promise<void> {
  const { accounts } = table.world;
  table.decided.set(outcome.decision, (table.decided.get(outcome.decision) ?? 0) + 1);
  switch (outcome.decision) {
    case 'sign_in':
    case 'create_verified':
    case 'replace_shell':
    case 'join': {
      const deed = ('told' in outcome && outcome.told?.deed) || [];
      // Taken away meanwhile: it opens nothing any more.
      if (!(await table.world.database.together(deed))) return;
      return signIn(game, who, outcome.account);
    }
    case 'verify_address_first': {
      const { account } = outcome;
      const sent = await accounts.verifyAddress(account, 'en', visit);
      return awaitMail(table, game, who, sent, { visit, to: account.address, accountId: account.id });
    }
    case 'code_first': {
      const owner = await accounts.findByAddress(outcome.address.canonical);
      const sent = await accounts.sendArrivalCode(outcome.arrival, visit);
      return awaitMail(table, game, who, sent, { visit, to: owner?.address ?? outcome.address, accountId: owner?.id });
    }
    case 'prove_then_join': {
      who.links.push({ link: outcome, visit, begun: begunWith(game, outcome.accountId) });
      return;
    }
    case 'ask_address': {
      const arrival: Arrival = { ...outcome.arrival, typed: { address: typed } };
      return enter(table, game, who, await accounts.arrive(arrival, visit), { visit, typed });
    }
    default:
  }
}

function signIn(game: Game, who: Person, account: Account): void {
  stands(game, account);
  if (account.address?.verifiedAt && !account.disabledAt && !account.deleteAt) {
    who.sessions.push({ accountId: account.id, provenFrom: account.provenFrom?.getTime() });
  }
}

export function awaitMail(
  table: Table,
  game: Game,
  who: Person,
  sent: Sent,
  { visit, to, accountId }: { visit: VisitBinding; to: Address | undefined; accountId?: string },
): void {
  if (!sent.ok || !to) return;
  const values = table.mailbox(to).at(-1)?.values;
  const begun = begunWith(game, accountId);
  who.proofs.push({ id: sent.proofId, visit, to, code: values?.['code'] ?? '', token: tokenIn(values), begun });
}

/** The token of the link in a mail; empty where it has none. */
export function tokenIn(values: Record<string, string> | undefined): string {
  return new URL(values?.['link'] ?? '', 'https://x.example').searchParams.get('token') ?? '';
}
