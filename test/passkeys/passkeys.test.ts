import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Account } from '../../src/accounts/account.ts';
import { lockAccount } from '../../src/accounts/hold_account.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import { openDatabase, type Database } from '../../src/database/index.ts';
import type { SecurityEvent } from '../../src/events/index.ts';
import { parseAddress } from '../../src/kit/addresses.ts';
import type { QueuedMail } from '../../src/mail/index.ts';
import { checkAssertion, checkCreation, readAssertion, readCreation } from '../../src/passkeys/answers.ts';
import type { Binding, Made, NewPasskey, Passkeys } from '../../src/passkeys/door.ts';
import { openPasskeys, passkeySettings } from '../../src/passkeys/index.ts';
import { MOST, postgresPasskeyStore } from '../../src/passkeys/passkey_store.ts';
import { limitSettings, openRateLimits } from '../../src/rate_limits/index.ts';
import { anyText } from '../support/any_text.ts';
import { createAuthenticator, type Authenticator, type Lies } from '../support/authenticator.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { testDatabase } from '../support/database.ts';
import { sweepRoom } from '../support/sweep.ts';
import { attestedBy } from './attested.ts';

const issuer = 'https://id.acme.example';
const about = { clientAddress: '203.0.113.7', locale: 'en' } as const;
const signIn: Binding = { purpose: 'sign_in', browserHash: 'browser', uid: 'visit' };

const events: SecurityEvent[] = [];
const mails: QueuedMail[] = [];
let database: Database;
let other: Database;
let drop: () => Promise<void>;
let passkeys: Passkeys;
/** The same room in another process: nothing is shared but the database. */
let elsewhere: Passkeys;
let account: Account;
let device: Authenticator;
let people = 0;

function open(over: Database, settings = {}): Passkeys {
  return openPasskeys({
    database: over,
    issuer,
    brand: () => 'Acme',
    settings: () => passkeySettings.parse(settings),
    accounts: { find: (id) => postgresAccountStore(over.knex).find(id), hold: lockAccount },
    mail: { queue: async (_within, mail) => void mails.push(mail), wake() {} },
    limits: openRateLimits({
      database: over,
      limits: () => limitSettings.parse({ passkey_address: { points: 1_000_000 } }),
      hashKey: Buffer.alloc(32),
      record: async () => {},
    }),
    record: async (event) => void events.push(event),
  });
}

beforeAll(async () => {
  const fresh = await testDatabase();
  ({ database, drop } = fresh);
  other = openDatabase({ url: fresh.url }, { poolSize: 5 });
  passkeys = open(database);
  elsewhere = open(other);
});
afterAll(async () => {
  await other.close();
  await drop();
});
beforeEach(async () => {
  account = await person();
  device = createAuthenticator({ origin: issuer });
  events.length = 0;
  mails.length = 0;
});

afterEach(useRealClock);

async function person(): Promise<Account> {
  const address = parseAddress(`person-${(people += 1)}@example.com`);
  if (!address) throw new Error('no address');
  const profile = {};
  const inserted = await postgresAccountStore(database.knex).insert({ address, profile, origin: 'signup' }, new Date());
  if (!inserted) throw new Error('the address is taken');
  return inserted;
}

const adding = (): Binding => ({ purpose: 'add', browserHash: 'browser', uid: 'session', accountId: account.id });

async function made(lies?: Lies, by = device): Promise<Made> {
  const options = await passkeys.newFor(adding(), { name: 'ada@example.com' });
  return passkeys.made(adding(), by.make(options, lies), about);
}

async function enrol(by = device, lies?: Lies): Promise<NewPasskey> {
  const result = await made(lies, by);
  if (!result.ok) throw new Error(`not made: ${result.reason}`);
  const added = await add(database, account, result.passkey);
  if (added !== 'added') throw new Error(added);
  return result.passkey;
}

function add(over: Database, { id }: Account, passkey: NewPasskey) {
  return over.knex.transaction((within) => postgresPasskeyStore(within).add(id, passkey));
}

async function proof(lies?: Lies, room = passkeys, binding = signIn) {
  return room.prove(binding, device.sign(await room.askFor(binding), lies), about);
}

const REFUSED = { ok: false, reason: 'refused' };

describe('a passkey', () => {
  it('signs its person in, and says how', async () => {
    await enrol();
    expect(await proof()).toMatchObject({ account: { id: account.id }, methods: ['hwk', 'user'] });
    device = createAuthenticator({ origin: issuer, synced: true });
    await enrol();
    expect(await proof()).toMatchObject({ account: { id: account.id }, methods: ['swk', 'user'] });
  });

  it('tells an authenticator neither the id nor the address of its account as its handle', async () => {
    const options = await passkeys.newFor(adding(), { name: 'ada@example.com' });
    expect(options.user.id).toHaveLength(22);
    expect(options.user.id).not.toBe(account.id);
    expect((await elsewhere.newFor(adding(), { name: 'x' })).user.id).toBe(options.user.id);
    expect(options).toMatchObject({
      rp: { id: 'id.acme.example', name: 'Acme' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  });

  it('is asked for without a list by whoever is nobody yet, and by name by whoever was proven (G4)', async () => {
    const { credentialId } = await enrol();
    expect((await passkeys.askFor(signIn)).allowCredentials).toEqual([]);
    const second: Binding = { ...signIn, purpose: 'second_factor', accountId: account.id };
    expect((await passkeys.askFor(second)).allowCredentials).toEqual([
      { id: credentialId, transports: ['internal'], type: 'public-key' },
    ]);
    expect(await proof(undefined, passkeys, second)).toMatchObject({ ok: true });
  });

  it('that we do not know is named, so that the browser can forget it', async () => {
    const { credentialId } = await enrol();
    await database.knex('passkeys').where({ credential_id: credentialId }).delete();
    expect(await proof()).toEqual({ ok: false, reason: 'unknown', credentialId });
  });

  it('of somebody else proves nobody where an account was asked', async () => {
    await enrol();
    const stranger = await person();
    const binding: Binding = { ...signIn, purpose: 'second_factor', accountId: stranger.id };
    expect(await proof(undefined, passkeys, binding)).toEqual(REFUSED);
  });

  it.each([
    ['no handle', { userHandle: null }],
    ["somebody else's handle", { userHandle: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('with %s signs nobody in', async (_, lies) => {
    await enrol();
    expect(await proof(lies)).toEqual(REFUSED);
  });
});

describe('a challenge (F8)', () => {
  beforeEach(() => enrol());

  it('is at least 128 bits long and kept as a hash', async () => {
    const { challenge } = await passkeys.askFor(signIn);
    expect(Buffer.from(challenge, 'base64url')).toHaveLength(32);
    const rows = await database.knex('webauthn_challenges').select();
    expect(JSON.stringify(rows)).not.toContain(challenge);
  });

  it('counts once', async () => {
    const answer = device.sign(await passkeys.askFor(signIn));
    expect(await passkeys.prove(signIn, answer, about)).toMatchObject({ ok: true });
    expect(await passkeys.prove(signIn, answer, about)).toEqual(REFUSED);
  });

  it('counts once of twenty at the same time on two processes', async () => {
    device = createAuthenticator({ origin: issuer, synced: true });
    await enrol();
    const answer = device.sign(await passkeys.askFor(signIn));
    const rooms = Array.from({ length: 20 }, (_, index) => (index % 2 ? passkeys : elsewhere));
    const proofs = await Promise.all(rooms.map((room) => room.prove(signIn, answer, about)));
    expect(proofs.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('is used up by a wrong answer', async () => {
    const options = await passkeys.askFor(signIn);
    expect(await passkeys.prove(signIn, device.sign(options, { verified: false }), about)).toEqual(REFUSED);
    expect(await passkeys.prove(signIn, device.sign(options), about)).toEqual(REFUSED);
  });

  it('is over after five minutes', async () => {
    const answer = device.sign(await passkeys.askFor(signIn));
    pass(301);
    expect(await passkeys.prove(signIn, answer, about)).toEqual(REFUSED);
    expect(await sweepRoom(database, passkeys)).toBeGreaterThan(0);
  });

  it.each<[string, Partial<Binding>]>([
    ['browser', { browserHash: 'another' }],
    ['visit', { uid: 'another' }],
    ['purpose', { purpose: 'link' }],
    ['account', { accountId: 'whoever' }],
  ])('of another %s does not count', async (_, different) => {
    const answer = device.sign(await passkeys.askFor({ ...signIn, ...different }));
    expect(await passkeys.prove(signIn, answer, about)).toEqual(REFUSED);
  });

  it('made by the client, or for a new passkey, does not count', async () => {
    const { challenge } = await passkeys.newFor(adding(), { name: 'ada@example.com' });
    for (const lie of [challenge, Buffer.alloc(32, 7).toString('base64url')]) {
      expect(await proof({ challenge: lie })).toEqual(REFUSED);
    }
    const asked = await passkeys.askFor(adding());
    const answer = device.make({ ...asked, rp: { id: 'id.acme.example' }, user: { id: 'AAAA' } });
    expect(await passkeys.made(adding(), answer, about)).toEqual(REFUSED);
  });
});

describe('an answer', () => {
  beforeEach(() => enrol());

  it.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['http', { origin: 'http://id.acme.example' }],
    ['a sub-domain', { origin: 'https://x.id.acme.example' }],
    ['another port', { origin: 'https://id.acme.example:8443' }],
    ['another rpId', { rpId: 'evil.example' }],
    ['a parent rpId', { rpId: 'acme.example' }],
    ['the wrong ceremony', { type: 'webauthn.create' }],
    ['a frame of another site', { crossOrigin: true }],
    ['a named frame of another site', { crossOrigin: true, topOrigin: 'https://evil.example' }],
    ['nobody present (F10)', { present: false }],
    ['nobody verified (F10)', { verified: false }],
    ['a backup of what cannot be backed up (F10)', { backupEligible: false, backedUp: true }],
    ['another kind of key than it was (F10)', { backupEligible: true }],
  ])('with %s is refused (F9)', async (_, lies) => {
    expect(await proof(lies)).toEqual(REFUSED);
    expect(await proof()).toMatchObject({ ok: true });
  });

  it.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another rpId', { rpId: 'evil.example' }],
    ['the wrong ceremony', { type: 'webauthn.get' }],
    ['a frame of another site', { crossOrigin: true }],
    ['nobody present', { present: false }],
    ['nobody verified', { verified: false }],
    ['a backup of what cannot be backed up', { backupEligible: false, backedUp: true }],
  ])('that makes a passkey with %s is refused (F9)', async (_, lies) => {
    expect(await made(lies)).toEqual(REFUSED);
  });

  it('that is signed by another key is refused', async () => {
    const [mine] = device.keys;
    const thief = createAuthenticator({ origin: issuer });
    thief.make({ challenge: 'AAAA', rp: { id: 'id.acme.example' }, user: { id: mine?.userHandle ?? '' } });
    const options = await passkeys.askFor(signIn);
    const answer = thief.sign({ ...options, allowCredentials: [] }, { credentialId: mine?.id, count: 9 });
    expect(await passkeys.prove(signIn, answer, about)).toEqual(REFUSED);
  });

  it('is refused for a while after too many that did not count, apart from passwords', async () => {
    const few = openRateLimits({
      database,
      limits: () => limitSettings.parse({ passkey_address: { points: 2 } }),
      hashKey: Buffer.alloc(32, 1),
      record: async () => {},
    });
    const limited = openPasskeys({
      database,
      issuer,
      brand: () => 'Acme',
      settings: () => passkeySettings.parse({}),
      accounts: { find: async () => account, hold: lockAccount },
      mail: { queue: async () => {}, wake() {} },
      limits: few,
      record: async () => {},
    });
    await proof({ verified: false }, limited);
    expect(await proof(undefined, limited)).toMatchObject({ ok: true });
    await proof({ verified: false }, limited);
    expect(await proof(undefined, limited)).toMatchObject({ ok: false, reason: 'throttled' });
    expect((await few.take('login_address', about.clientAddress)).ok).toBe(true);
  });
});

describe('the sign count (F11)', () => {
  beforeEach(() => enrol(device, { count: 5 }));

  it('may not go back, and its owner is told', async () => {
    expect(await proof({ count: 4 })).toEqual(REFUSED);
    expect(mails.map(({ template, to }) => [template, to])).toContainEqual(['passkey-copied', account.address?.stored]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'passkeys.count_went_back', accountId: account.id }));
    expect(await proof({ count: 7 })).toMatchObject({ ok: true });
    expect(await proof({ count: 0 })).toEqual(REFUSED);
  });

  it('lets pass what the config only wants flagged, with the mail', async () => {
    const flagging = open(database, { count_went_back: 'flag' });
    expect(await proof({ count: 4 }, flagging)).toMatchObject({ ok: true });
    expect(mails.map(({ template }) => template)).toContain('passkey-copied');
    expect(await proof({ count: 5 })).toEqual(REFUSED);
  });

  it('of two answers with the same one at the same time lets one pass', async () => {
    const answers = await Promise.all(
      [passkeys, elsewhere].map(async (room) => device.sign(await room.askFor(signIn), { count: 6 })),
    );
    const proofs = await Promise.all([
      passkeys.prove(signIn, answers[0] ?? '', about),
      elsewhere.prove(signIn, answers[1] ?? '', about),
    ]);
    expect(proofs.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('stays 0 where a key does not count', async () => {
    device = createAuthenticator({ origin: issuer, synced: true });
    await enrol();
    for (let time = 0; time < 2; time += 1) expect(await proof()).toMatchObject({ ok: true });
    expect(mails.map(({ template }) => template)).not.toContain('passkey-copied');
  });
});

describe('a new passkey (F13)', () => {
  it('belongs to one account, also in a race', async () => {
    const { passkey } = await goodOne();
    const second = await person();
    const { user } = await passkeys.newFor({ ...adding(), accountId: second.id }, { name: 'x' });
    const race = [passkey, { ...passkey, userHandle: user.id }].map((one, index) =>
      add(other, index ? second : account, one),
    );
    expect((await Promise.all(race)).toSorted()).toEqual(['added', 'taken']);
  });

  it(`is refused beside ${MOST} others, also when two come at once`, async () => {
    const { passkey } = await goodOne();
    const another = (index: number, over = database) =>
      add(over, account, { ...passkey, credentialId: `key-${account.id}-${index}` });
    for (let index = 1; index < MOST; index += 1) expect(await another(index)).toBe('added');
    const race = await Promise.all([another(MOST), another(MOST + 1, other)]);
    expect(race.toSorted()).toEqual(['added', 'full']);
  });

  it('with a certificate is refused unread: nobody calls where it leads', async () => {
    expect(await made({ attest: attestedBy })).toEqual(REFUSED);
  });

  it('goes with its account', async () => {
    const { credentialId } = await enrol();
    await postgresAccountStore(database.knex).bury(account.id);
    expect(await database.knex('passkeys').where({ credential_id: credentialId })).toEqual([]);
  });

  it('made of whatever bytes never crashes anything', async () => {
    const { challenge, ...options } = await passkeys.newFor(adding(), { name: 'x' });
    const whole = JSON.parse(device.make({ challenge, ...options }));
    const bytes = Buffer.from(whole.response.attestationObject, 'base64url');
    const party = { rpId: passkeys.rpId, origin: issuer };
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const forged = fc.oneof(
      flips.map((changes) => changes.reduce((all, [at, to]) => all.with(at, to), new Uint8Array(bytes))),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(forged, async (attestation) => {
        whole.response.attestationObject = Buffer.from(attestation).toString('base64url');
        const answer = readCreation(JSON.stringify(whole));
        if (answer) await checkCreation(party, answer);
      }),
      { numRuns: 10_000 },
    );
    fc.assert(fc.property(fc.json(), (text) => readAssertion(text) === undefined));
  }, 60_000);

  it('asked for and answered with whatever bytes proves nobody, and crashes nothing', async () => {
    const { credentialId, publicKey, backupEligible } = await enrol();
    const key = {
      credential_id: credentialId,
      public_key: Buffer.from(publicKey, 'base64url'),
      backup_eligible: backupEligible,
    };
    const options = await passkeys.askFor(signIn);
    const whole = JSON.parse(device.sign(options)) as { response: Record<string, string> };
    const party = { rpId: passkeys.rpId, origin: issuer };
    const right = readAssertion(JSON.stringify(whole));
    const signedIn = (answer: typeof right) => [
      answer?.response.response.clientDataJSON,
      answer?.response.response.authenticatorData,
    ];
    expect(right && (await checkAssertion(party, right, key))).toBeDefined();
    await fc.assert(
      fc.asyncProperty(forgedAnswers(whole), async (text) => {
        const answer = readAssertion(text);
        // A signature may be written in more than one way: what it signs may not.
        if (answer && (await checkAssertion(party, answer, key))) expect(signedIn(answer)).toEqual(signedIn(right));
      }),
      { numRuns: 10_000 },
    );
    await fc.assert(
      fc.asyncProperty(forgedAnswers(whole), async (text) => {
        await passkeys.prove(signIn, text, about);
        expect(await passkeys.made(adding(), text, about)).toEqual(REFUSED);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

/** Answers that are a right one but for what an authenticator or a browser would never say. */
function forgedAnswers(whole: { response: Record<string, string> }): fc.Arbitrary<string> {
  const right = (name: string) => new Uint8Array(Buffer.from(whole.response[name] ?? '', 'base64url'));
  const signed = ['clientDataJSON', 'authenticatorData', 'signature'];
  const flipped = fc.constantFrom(...signed).chain((name) => {
    const flips = fc.array(fc.tuple(fc.nat(right(name).length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    return flips.map((changes) => {
      const bytes = right(name);
      // One change takes another back where they meet.
      for (const [at, by] of new Map(changes)) bytes[at] = (bytes[at] ?? 0) ^ by;
      return { [name]: Buffer.from(bytes).toString('base64url') };
    });
  });
  const anything = fc
    .tuple(fc.constantFrom(...signed), fc.uint8Array({ maxLength: 300 }))
    .map(([name, bytes]) => ({ [name]: Buffer.from(bytes).toString('base64url') }));
  const odd = fc
    .tuple(fc.constantFrom(...signed), fc.oneof(fc.jsonValue(), anyText()))
    .map(([name, value]) => ({ [name]: value }));
  const told = fc
    .tuple(
      fc.constantFrom('type', 'challenge', 'origin', 'crossOrigin', 'topOrigin'),
      fc.oneof(fc.jsonValue(), fc.webUrl()),
    )
    .map(([name, value]) => {
      const collected = JSON.parse(Buffer.from(right('clientDataJSON')).toString()) as object;
      return { clientDataJSON: Buffer.from(JSON.stringify({ ...collected, [name]: value })).toString('base64url') };
    });
  return fc
    .oneof(flipped, anything, odd, told)
    .map((changed) => JSON.stringify({ ...whole, response: { ...whole.response, ...changed } }))
    .filter((text) => text !== JSON.stringify(whole));
}

async function goodOne() {
  const result = await made();
  if (!result.ok) throw new Error('not made');
  return result;
}

describe('the offer of a passkey', () => {
  it('comes once in 90 days, also when asked twice at once, and never again for whoever says so', async () => {
    const takes = await Promise.all([passkeys.offers.take(account.id), elsewhere.offers.take(account.id)]);
    expect(takes.filter(Boolean)).toHaveLength(1);
    pass(90 * 86_400 + 1);
    expect(await passkeys.offers.take(account.id)).toBe(true);
    await passkeys.offers.never(account.id);
    pass(200 * 86_400);
    expect(await passkeys.offers.take(account.id)).toBe(false);
  });

  it('does not come to whoever has one', async () => {
    await enrol();
    expect(await passkeys.offers.take(account.id)).toBe(false);
  });
});
