import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Account, NewAccount, NewIdentity } from '../../src/accounts/account.ts';
import type { AccountPolicy } from '../../src/accounts/deps.ts';
import {
  openAccounts,
  openSelfService,
  type Accounts,
  type Arrival,
  type SelfService,
  type VisitBinding,
  type WaitingLink,
} from '../../src/accounts/index.ts';
import { linkStamp } from '../../src/accounts/link_stamp.ts';
import type { Linking, Trust } from '../../src/accounts/linking.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import { postgresIdentityStore } from '../../src/accounts/postgres_identity_store.ts';
import { openDatabase, type Database } from '../../src/database/index.ts';
import type { SecurityEvent } from '../../src/events/index.ts';
import { parseAddress, type Address } from '../../src/kit/addresses.ts';
import { openPasswords, passwordSettings, type Passwords } from '../../src/passwords/index.ts';
import type { QueuedMail } from '../../src/mail/index.ts';
import { limitSettings, openRateLimits } from '../../src/rate_limits/index.ts';
import { mailRoom, testSealer } from '../mail/world.ts';
import { testDatabase } from '../support/database.ts';

/** The time of a sign-in that is newer than anything that ends one. */
export const LATER = 4_000_000_000;

/** Somebody with such a sign-in. */
export const ownerOf = (accountId: string) => ({ accountId, signedInAt: LATER });

export type World = Awaited<ReturnType<typeof accountsWorld>>;

/**
 * Accounts over a database of their own, with real mail, limits and passwords, as app.ts puts them together. With `kept`, mails
 * are only kept there and nothing is limited: for tests that do tens of thousands of things.
 */
export async function accountsWorld({
  limited = false,
  limits = {},
  kept,
}: { limited?: boolean; limits?: object; kept?: { push(mail: QueuedMail): unknown } } = {}) {
  const { database, url, drop } = await testDatabase();
  const room = mailRoom({
    database,
    sealer: await testSealer(database),
    render: (template, locale, values) => ({
      subject: `${template} ${locale}`,
      text: JSON.stringify(values),
      html: '',
    }),
  });
  room.mail.start();
  const events: SecurityEvent[] = [];
  const settings = {
    linking: 'authoritative' as Linking,
    admits: 'anybody' as ReturnType<AccountPolicy['admits']>,
    tellOfNewDevices: true,
    secondFactor: new Set<string>(),
    lifetimes: { mailed_code: 600, mailed_link: 1800, undo_link: 604_800, deletion_grace: 1_209_600 },
  };
  /** Accounts whose sessions, grants and tokens were ended. */
  const ended: string[] = [];
  const keys = { proofKey: randomBytes(32), hashKey: randomBytes(32) };
  const policy: AccountPolicy = {
    upstream: (id) => (id === 'gone' ? undefined : { name: `Upstream ${id}`, linking: settings.linking }),
    groupsThrough: (id, names) => (id === 'gone' ? [] : names.map((name) => `${id}:${name}`)),
    admits: () => settings.admits,
    tellOfNewDevices: () => settings.tellOfNewDevices,
    mayMoveTo: () => true,
  };

  function open(over: Database): { accounts: Accounts; selfService: SelfService; passwords: Passwords } {
    const record = async (event: SecurityEvent) => void events.push(event);
    const passwords = openPasswords({
      database: over,
      settings: passwordSettings.parse({}),
      brand: () => 'Acme',
      record,
      fetch,
    });
    const mailboxes = limited ? limits : { mail_address: { points: 1000 }, mail_code: { points: 1000 } };
    const counts = limitSettings.parse(kept ? { enabled: false } : mailboxes);
    const counted = openRateLimits({
      database: over,
      limits: () => counts,
      hashKey: keys.hashKey,
      record,
    });
    const deps = {
      database: over,
      record,
      mail: kept ? { queue: async (_within: Knex, mail: QueuedMail) => void kept.push(mail), wake() {} } : room.mail,
      limits: counted,
      policy,
      proofKey: keys.proofKey,
      lifetimes: () => settings.lifetimes,
      factors: {
        setPassword: (transaction: Knex, id: string, hash: string) => passwords.set(transaction, id, hash),
        removePassword: (transaction: Knex, id: string) => passwords.remove(transaction, id),
        hasPassword: (transaction: Knex, id: string) => passwords.has(id, transaction),
        keepPasskey: async () => {},
        hasPasskey: async () => false,
        hasSecondFactor: async (_transaction: Knex, id: string) => settings.secondFactor.has(id),
        removeSecondFactorsSince: async () => {},
      },
    };
    const accounts = openAccounts(deps);
    const selfService = openSelfService({
      ...deps,
      links: accounts.links,
      async endEverythingOf(id, within) {
        ended.push(id);
        await accounts.forgetProofs(within, id);
      },
      issueReset: async (_transaction, id) => `/reset-password?token=${id}`,
    });
    return { accounts, selfService, passwords };
  }

  /** All mails to an address, newest first, once everything that waits is out. */
  async function mailsTo(who: Address) {
    const queued = await database.knex('mail_outbox').select('id');
    room.mail.wake();
    await room.recorded(['mail.sent', 'mail.dropped'], queued.length);
    return room.mail.mailbox().filter(({ to }) => to === who.stored);
  }
  async function codeTo(who: Address): Promise<string> {
    const [newest] = await mailsTo(who);
    return JSON.parse(newest?.text ?? '{}').code ?? '';
  }
  /** What nobody was mailed: another code. */
  const wrongCode = async (who: Address) => ((Number(await codeTo(who)) + 1) % 100_000_000).toString().padStart(8, '0');

  type Wanted = Partial<NewAccount> & { identity?: NewIdentity; passwordHash?: string };

  async function insert({ identity, passwordHash, ...own }: Wanted, verifiedAt: Date | undefined): Promise<Account> {
    const wanted = { address: freshAddress(), profile: {}, origin: 'signup' as const, ...own };
    const made = await postgresAccountStore(database.knex).insert(wanted, verifiedAt);
    if (!made) throw new Error('taken');
    if (identity) await postgresIdentityStore(database.knex).insert(made.id, identity);
    if (passwordHash) await first.passwords.set(database.knex, made.id, passwordHash);
    return made;
  }

  const first = open(database);
  return {
    ...first,
    /** An account as no page makes it: the address counts as verified from the beginning. */
    existing: (account: Wanted = {}) => insert(account, new Date()),
    /** An account whose address nobody ever verified. */
    shell: (account: Wanted = {}) => insert(account, undefined),
    async disable(id: string): Promise<void> {
      await database.knex('accounts').where({ id }).update({ disabled_at: new Date() });
    },
    database,
    events,
    ended,
    settings,
    mailsTo,
    codeTo,
    wrongCode,
    /** A second process over the same database. */
    second() {
      const other = openDatabase({ url }, { poolSize: 8 });
      return { ...open(other), database: other };
    },
    async close() {
      await room.mail.stop();
      await drop();
    },
  };
}

let made = 0;

export function freshAddress(name = 'person'): Address {
  made += 1;
  return address(`${name}${made}@example.com`);
}

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`${text} is no address`);
  return parsed;
}

/** A visit of somebody who was never here, from an address of their own. */
export function freshVisit(): VisitBinding {
  return {
    interactionHash: randomBytes(8).toString('hex'),
    browserHash: randomBytes(8).toString('hex'),
    reference: 'AAAAA-BBBBB',
    clientAddress: `10.${[...randomBytes(3)].join('.')}`,
  };
}

/** Resolves when somebody waits for a lock in this database; `within` holds it. */
export async function somebodyWaits(within: Knex): Promise<void> {
  const waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while ((await within.raw<{ rows: unknown[] }>(waits)).rows.length === 0) {}
}

/** Somebody who returns from an upstream. */
export function arrivalOf(
  email: Address | undefined,
  trust: Trust,
  changes: { subject?: string; upstreamId?: string; name?: string } = {},
): Arrival {
  const { subject = randomBytes(6).toString('hex'), upstreamId = 'google', name = 'Ada' } = changes;
  return {
    upstreamId,
    locale: 'en',
    identity: {
      issuer: `https://${upstreamId}.example`,
      subject,
      name,
      ...(email && { email: { value: email.stored, trust } }),
    },
  };
}

/** An identity that waits for this account to be proven, as the account is now. */
export function waiting(account: Account, arrival: Arrival, provenByCode = false): WaitingLink {
  return { accountId: account.id, arrival, provenByCode, stamp: linkStamp(account) };
}

export function signUpOf(who: Address, changes: { passwordHash?: string; name?: string } = {}) {
  return { address: who, locale: 'en' as const, name: 'Ada', passwordHash: 'hash of hers', ...changes };
}
