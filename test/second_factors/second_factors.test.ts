import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TOTP, URI } from 'otpauth';
import type { Account } from '../../src/accounts/index.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import type { Database } from '../../src/database/index.ts';
import { openKeyAdministration, type Sealer } from '../../src/keys/index.ts';
import { createSealer } from '../../src/keys/sealer.ts';
import { limitRules, limitSettings, openRateLimits } from '../../src/rate_limits/index.ts';
import { findDraft, keepDraft } from '../../src/second_factors/drafts.ts';
import { openSecondFactors, sealedColumns, type SecondFactors } from '../../src/second_factors/index.ts';
import { newRecoveryCode, readRecoveryCode } from '../../src/second_factors/recovery_code.ts';
import { readTotpCode } from '../../src/second_factors/totp.ts';
import { accountsWorld, type World } from '../accounts/world.ts';
import { postgresTotpStore } from '../../src/second_factors/totp_store.ts';
import { anyText } from '../support/any_text.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { keySchedule } from '../support/key_schedule.ts';
import { sweepRoom } from '../support/sweep.ts';
import { cookiesOf, openDoor, type Door } from '../web/door.ts';

const STEP = 30;
const DAY = 86_400;
const OCCASION = { locale: 'en' as const, reference: 'AAAAA-BBBBB' };

/** The second process has the newer encryption key in front already. */
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];

let world: World;
let door: Door;
let factors: SecondFactors;
let other: SecondFactors;
let closeOther: () => Promise<void>;
const mails: { to: string; template: string; values: Record<string, string> }[] = [];

beforeAll(async () => {
  world = await accountsWorld();
  const keys = { codeKey: randomBytes(32), hashKey: randomBytes(32) };
  const open = (database: Database, web: Door['web'], sealer: Sealer) =>
    openSecondFactors({
      database,
      sealer,
      limits: openRateLimits({
        database,
        limits: () => limitSettings.parse({}),
        hashKey: keys.hashKey,
        record: async () => {},
      }),
      mail: { queue: async (_within, mail) => void mails.push(mail), wake() {} },
      record: async (event) => void world.events.push(event),
      web,
      brand: () => 'Acme',
      codeKey: keys.codeKey,
      trustSeconds: () => 30 * DAY,
      ownerOf: (id) => world.accounts.find(id),
      setSecondStep: (within, id, on) => world.accounts.setSecondStep(within, id, on),
    });
  door = await openDoor({}, (web) => {
    factors = open(world.database, web, createSealer([oldKey, newKey]));
    const account = (ctx: { query: Record<string, unknown> }) => world.accounts.find(String(ctx.query['id']));
    web.router.get('/trust', async (ctx) => {
      const found = await account(ctx);
      if (found) await factors.trust(ctx, found);
      ctx.status = 204;
    });
    web.router.get('/trusted', async (ctx) => {
      const found = await account(ctx);
      ctx.body = String(found && (await factors.isTrusted(ctx, found)));
    });
  });
  const second = world.second();
  other = open(second.database, door.web, createSealer([newKey, oldKey]));
  closeOther = () => second.database.close();
});
afterEach(() => useRealClock());
afterAll(async () => {
  await closeOther();
  await door.close();
  await world.close();
});

/** The app of somebody, as it was read from the QR code. */
function appOf(uri: string): TOTP {
  const app = URI.parse(uri);
  if (!(app instanceof TOTP)) throw new Error('no TOTP');
  return app;
}

const codeAt = (app: TOTP, steps = 0) => app.generate({ timestamp: Date.now() + steps * STEP * 1000 });

/** An account with an app whose first code was used a minute ago. */
async function enrolled(): Promise<{ account: Account; app: TOTP }> {
  const account = await world.existing();
  const made = factors.newTotp(account);
  const app = appOf(made.uri);
  pass(-4 * STEP);
  expect(await factors.enrolTotp(account, made.secret, codeAt(app), OCCASION)).toMatchObject({ ok: true });
  useRealClock();
  return { account, app };
}

const prove = (account: Account, code: string, through = factors) => through.proveTotp(account.id, code, OCCASION);
const oks = (proofs: { ok: boolean }[]) => proofs.filter(({ ok }) => ok).length;

describe('an authenticator app', () => {
  it('is shown as a secret in groups, a URI of the plain defaults, and a picture on white', async () => {
    const account = await world.existing();
    const { text, uri, qr, secret } = factors.newTotp(account);
    expect(appOf(uri)).toMatchObject({ algorithm: 'SHA1', digits: 6, period: STEP, issuer: 'Acme' });
    expect(appOf(uri).label).toBe(account.address?.stored);
    expect(text).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
    expect(appOf(uri).secret.base32).toBe(text.replaceAll(' ', ''));
    expect(qr.size).toBeGreaterThan(40);
    expect(qr.path).toMatch(/^(M\d+ \d+h(\d+)v1h-\2z)+$/);
    expect(factors.showTotp(account, secret)).toEqual({ text, uri, qr, secret });
  });

  it('accepts a code with spaces and in full-width digits, one step early or late', async () => {
    const { account, app } = await enrolled();
    const typed = [...codeAt(app, -1)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    expect(await prove(account, ` ${typed.slice(0, 3)} ${typed.slice(3)} `)).toEqual({ ok: true, method: 'otp' });
    expect(await prove(account, codeAt(app, 1))).toEqual({ ok: true, method: 'otp' });
  });

  it('F1: accepts the same code once, on whichever process and in whichever order it comes', async () => {
    const { account, app } = await enrolled();
    const code = codeAt(app);
    const both = [factors, other, factors, other];
    expect(oks(await Promise.all(both.map((through) => prove(account, code, through))))).toBe(1);
    expect(await prove(account, code)).toEqual({ ok: false, reason: 'reused' });
  });

  it('F1: uses a step once, of twenty that have read the same seed', async () => {
    const { account } = await enrolled();
    const store = postgresTotpStore(world.database);
    const { secret, lastStep } = (await store.find(account.id)) ?? { secret: '', lastStep: 0 };
    const used = await Promise.all(Array.from({ length: 20 }, () => store.use(account.id, secret, lastStep + 1)));
    expect(used.filter(Boolean)).toHaveLength(1);
  });

  it('F1: refuses the code of an older step after that of a newer one', async () => {
    const { account, app } = await enrolled();
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
    expect(await prove(account, codeAt(app, -1))).toEqual({ ok: false, reason: 'reused' });
  });

  it('F1: refuses the code that confirmed it, also when the clock is put back', async () => {
    const account = await world.existing();
    const made = factors.newTotp(account);
    const code = codeAt(appOf(made.uri));
    expect(await factors.enrolTotp(account, made.secret, code, OCCASION)).toMatchObject({ ok: true });
    expect(await prove(account, code)).toEqual({ ok: false, reason: 'reused' });
    pass(-3600);
    expect(await prove(account, codeAt(appOf(made.uri)))).toEqual({ ok: false, reason: 'reused' });
  });

  it('F2: refuses codes two steps off and what is no code', async () => {
    const { account, app } = await enrolled();
    for (const code of [codeAt(app, 2), codeAt(app, -2)]) {
      expect(await prove(account, code)).toEqual({ ok: false, reason: 'wrong' });
    }
    for (const code of ['', ' ', `${codeAt(app)}0`, codeAt(app).slice(1), 'abcdef', '１２３４５']) {
      expect(await prove(account, code)).toEqual({ ok: false, reason: 'wrong' });
    }
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
  });

  it('F2: takes five guesses an account, exactly, at once and on two processes; then even a right code waits', async () => {
    const { account, app } = await enrolled();
    const wrong = codeAt(app, 20);
    const guesses = Array.from({ length: 20 }, (_, index) => prove(account, wrong, index % 2 ? other : factors));
    const reasons = (await Promise.all(guesses)).map((proof) => !proof.ok && proof.reason);
    expect(reasons.filter((reason) => reason === 'wrong')).toHaveLength(limitRules.second_factor_account.points);
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: false, reason: 'throttled' });
    const { block } = limitRules.second_factor_account;
    pass(block + 1);
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'second_factors.code_refused', accountId: account.id, reason: 'throttled' }),
    );
  });

  it('F2: forgets the guesses when the owner proves it', async () => {
    const { account, app } = await enrolled();
    for (let guess = 0; guess < 4; guess += 1) await prove(account, codeAt(app, 20));
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
    for (let guess = 0; guess < 4; guess += 1) await prove(account, codeAt(app, 20));
    expect(await prove(account, codeAt(app, 1))).toMatchObject({ ok: true });
  });

  it('F3: is not confirmed by a code of another secret, nor with the secret of another account', async () => {
    const [account, somebody] = [await world.existing(), await world.existing()];
    const [made, theirs] = [factors.newTotp(account), factors.newTotp(somebody)];
    const code = codeAt(appOf(theirs.uri));
    const wrong = await factors.enrolTotp(account, made.secret, code, OCCASION);
    expect(wrong).toEqual({ ok: false, reason: 'wrong' });
    const stolen = factors.enrolTotp(account, theirs.secret, code, OCCASION);
    const outcome = stolen.then(
      () => 'confirmed',
      () => 'refused',
    );
    expect(await outcome).toBe('refused');
    expect((await factors.of(account.id)).totp).toBeUndefined();
  });

  it('F3: never replaces one that is there, also when two are confirmed at once', async () => {
    const account = await world.existing();
    const made = [factors.newTotp(account), factors.newTotp(account), factors.newTotp(account)];
    const confirmed = await Promise.all(
      made.map(({ secret, uri }) => factors.enrolTotp(account, secret, codeAt(appOf(uri)), OCCASION)),
    );
    expect(oks(confirmed)).toBe(1);
    expect(confirmed).toContainEqual({ ok: false, reason: 'enrolled_already' });
    const first = made[confirmed.findIndex(({ ok }) => ok)];
    const app = appOf(first?.uri ?? '');
    expect(await prove(account, codeAt(app, 1))).toMatchObject({ ok: true });
  });

  it('is not set up by somebody who was shut out meanwhile', async () => {
    const account = await world.existing();
    const made = factors.newTotp(account);
    await world.database.knex.transaction((within) => world.accounts.dropPending(within, account.id));
    const late = factors.enrolTotp(account, made.secret, codeAt(appOf(made.uri)), OCCASION);
    await expect(late).rejects.toMatchObject({ code: 'interaction_expired' });
    expect(await factors.of(account.id)).toMatchObject({ recoveryCodes: 0 });
  });

  it('switches the second step on, brings the first recovery codes, and tells its owner', async () => {
    const account = await world.existing();
    const made = factors.newTotp(account);
    const done = await factors.enrolTotp(account, made.secret, codeAt(appOf(made.uri)), OCCASION);
    expect(done.ok && done.codes).toHaveLength(10);
    expect(await world.accounts.find(account.id)).toMatchObject({ secondStep: true });
    expect(mails).toContainEqual(expect.objectContaining({ to: account.address?.stored, template: 'second-step-on' }));
    expect(await factors.of(account.id)).toMatchObject({ recoveryCodes: 10, totp: { addedAt: expect.any(Date) } });
  });

  it('stands encrypted in the database', async () => {
    const account = await world.existing();
    const made = factors.newTotp(account);
    await factors.enrolTotp(account, made.secret, codeAt(appOf(made.uri)), OCCASION);
    const [row] = await world.database.knex('totp_seeds').where({ account_id: account.id });
    expect(factors.showTotp(account, row.secret).text).toBe(made.text);
    expect(JSON.stringify(row)).not.toContain(made.text.replaceAll(' ', ''));
  });

  it.each([
    ['is taken away with everything else of this room', (id: string) => factors.removeAll(world.database.knex, id)],
    [
      'A1: is gone with an account that is discarded',
      (id: string) => postgresAccountStore(world.database.knex).bury(id),
    ],
    [
      'A4: is taken away from whoever had the account meanwhile',
      (id: string) => factors.removeSince(world.database.knex, id, new Date(Date.now() - DAY * 1000)),
    ],
  ])('%s', async (_, end) => {
    const { account } = await enrolled();
    await door.ask('GET', `/trust?id=${account.id}`);
    await end(account.id);
    for (const table of ['totp_seeds', 'recovery_codes', 'trusted_devices', 'factor_drafts']) {
      expect([table, await world.database.knex(table).where({ account_id: account.id })]).toEqual([table, []]);
    }
  });

  it('H14: opens with the new encryption key alone, also when its secret waited while all was encrypted anew', async () => {
    const account = await world.existing();
    const { secret, uri } = factors.newTotp(account);
    const draft = { accountId: account.id, browserHash: 'a browser' };
    for (const kind of ['totp', 'codes'] as const) {
      await keepDraft(createSealer([oldKey]), world.database.knex, { ...draft, kind }, 'a secret');
    }
    const { database } = world;
    const keys = { database, encryptionKeys: [newKey, oldKey], schedule: keySchedule };
    const options = { ...keys, sealed: sealedColumns, record: async () => {} };
    const done = await openKeyAdministration(options).rewrap(() => {});
    expect(done.map(({ unreadable }) => unreadable)).toEqual([0, 0]);
    for (const kind of ['totp', 'codes'] as const) {
      expect(await findDraft(createSealer([newKey]), database.knex, { ...draft, kind })).toBe('a secret');
    }
    expect(await other.enrolTotp(account, secret, codeAt(appOf(uri)), OCCASION)).toMatchObject({ ok: true });
    const seed = await database.knex('totp_seeds').where({ account_id: account.id }).first();
    expect(createSealer([newKey]).open(seed.secret, `totp_seeds ${account.id}`)).toBe(appOf(uri).secret.base32);
  });

  it('A4: stays with whoever had it before somebody else came', async () => {
    const { account, app } = await enrolled();
    await factors.removeSince(world.database.knex, account.id, new Date());
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
  });
});

describe('recovery codes', () => {
  const make = (account: Account) => factors.makeRecoveryCodes(world.database.knex, account.id);
  const redeem = (account: Account, code = '', through = factors) =>
    through.proveRecoveryCode(account.id, code, OCCASION);

  it('are ten, each usable once; its owner is told how many are left', async () => {
    const account = await world.existing();
    const [first, second] = await make(account);
    expect(await redeem(account, first)).toEqual({ ok: true, method: 'otp', left: 9 });
    expect(await redeem(account, first)).toEqual({ ok: false, reason: 'reused' });
    expect(await redeem(account, second)).toMatchObject({ ok: true, left: 8 });
    expect(mails.filter(({ to }) => to === account.address?.stored)).toMatchObject([
      { template: 'recovery-code-used', values: { left: '9' } },
      { template: 'recovery-code-used', values: { left: '8' } },
    ]);
    expect((await factors.of(account.id)).recoveryCodes).toBe(8);
  });

  it('F4: let exactly one in when the same comes many times at once on two processes', async () => {
    const account = await world.existing();
    const [code] = await make(account);
    const times = [factors, other, factors, other];
    expect(oks(await Promise.all(times.map((through) => redeem(account, code, through))))).toBe(1);
  });

  it('F4: open no other account, and not any more once new ones are made', async () => {
    const [account, somebody] = [await world.existing(), await world.existing()];
    const [old] = await make(account);
    await make(somebody);
    expect(await redeem(somebody, old)).toEqual({ ok: false, reason: 'wrong' });
    const [fresh] = await make(account);
    expect(await redeem(account, old)).toEqual({ ok: false, reason: 'wrong' });
    expect(await redeem(account, fresh)).toMatchObject({ ok: true });
  });

  it('F4: two sets made at once end as one of them', async () => {
    const account = await world.existing();
    const sets = await Promise.all([make(account), other.makeRecoveryCodes(world.database.knex, account.id)]);
    expect((await factors.of(account.id)).recoveryCodes).toBe(10);
    const first = await Promise.all(sets.map(([code]) => redeem(account, code)));
    const last = await Promise.all(sets.map((set) => redeem(account, set.at(-1))));
    expect([oks(first), oks(last)]).toEqual([1, 1]);
    expect(first.map(({ ok }) => ok)).toEqual(last.map(({ ok }) => ok));
  });

  it('F4: are throttled per account, apart from the codes of an app', async () => {
    const { account, app } = await enrolled();
    const [right] = await make(account);
    const guesses = Array.from({ length: 10 }, () => redeem(account, newRecoveryCode()));
    const refused = (await Promise.all(guesses)).map((proof) => !proof.ok && proof.reason);
    expect(refused.filter((reason) => reason === 'wrong')).toHaveLength(limitRules.recovery_code_account.points);
    expect(await redeem(account, right)).toMatchObject({ ok: false, reason: 'throttled' });
    expect(await prove(account, codeAt(app))).toMatchObject({ ok: true });
  });

  it('stand hashed in the database, under a key that is not there', async () => {
    const account = await world.existing();
    const codes = await make(account);
    const rows = JSON.stringify(await world.database.knex('recovery_codes').where({ account_id: account.id }));
    for (const code of codes) {
      expect(rows).not.toContain(code);
      expect(rows).not.toContain(readRecoveryCode(code));
    }
  });

  it('are read in any case, with or without hyphens, in full width and with look-alike letters', () => {
    const looks = fc.record({ lower: fc.boolean(), wide: fc.boolean(), gap: fc.constantFrom('-', '', ' ', '–', '　') });
    fc.assert(
      fc.property(fc.constant(0).map(newRecoveryCode), looks, (code, { lower, wide, gap }) => {
        const plain = code.replaceAll('-', '');
        let typed = code.replaceAll('-', gap);
        if (lower) typed = typed.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
        if (wide) typed = typed.replace(/[!-~]/g, (one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0));
        expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
        expect(readRecoveryCode(` ${typed}\n`)).toBe(plain);
      }),
    );
  });

  it('are never read from anything else, whatever is typed', () => {
    const nearly = fc.string({
      unit: fc.constantFrom(...Array.from('0Oo1IlUuZ9 -–\u3000Ａ１٣²')),
      minLength: 5,
      maxLength: 40,
    });
    const anything = fc.oneof(anyText({ maxLength: 200 }), nearly);
    fc.assert(
      fc.property(anything, (typed) => {
        const read = readRecoveryCode(typed);
        if (read !== undefined) expect(readRecoveryCode(read)).toBe(read);
        const digits = readTotpCode(typed);
        if (digits !== undefined) expect(digits).toMatch(/^[0-9]{6}$/);
      }),
    );
    expect(readRecoveryCode('U'.repeat(16))).toBeUndefined();
    expect(readRecoveryCode('0'.repeat(17))).toBeUndefined();
  });
});

describe('a trusted device', () => {
  const trust = async (account: Account, cookie = '') =>
    cookiesOf(await door.ask('GET', `/trust?id=${account.id}`, { headers: cookie ? { cookie } : {} }));
  const isTrusted = async (account: Account, cookie: string) =>
    (await door.ask('GET', `/trusted?id=${account.id}`, { headers: { cookie } })).text === 'true';
  const only = (cookies: string, name: string) =>
    cookies
      .split('; ')
      .filter((one) => one.startsWith(`gatehouse_${name}`))
      .join('; ');

  it('F15: is trusted in the browser that was ticked, for that account, for thirty days', async () => {
    const [account, somebody] = [await world.existing(), await world.existing()];
    const cookie = await trust(account);
    expect(await isTrusted(account, cookie)).toBe(true);
    expect(await isTrusted(somebody, cookie)).toBe(false);
    expect(await factors.trustedDevices(account.id)).toHaveLength(1);
    pass(30 * DAY + 1);
    expect(await isTrusted(account, cookie)).toBe(false);
    expect(await factors.trustedDevices(account.id)).toEqual([]);
  });

  it('F15: is not trusted by its cookie in another browser, nor in its browser without the cookie', async () => {
    const account = await world.existing();
    const cookie = await trust(account);
    const elsewhere = await trust(await world.existing());
    const copied = `${only(elsewhere, 'browser')}; ${only(cookie, 'trusted_device')}`;
    expect(await isTrusted(account, copied)).toBe(false);
    expect(await isTrusted(account, only(cookie, 'browser'))).toBe(false);
  });

  it('F15: is trusted no more after a change of the password or the factors, or once it was taken back', async () => {
    const account = await world.existing();
    const { knex } = world.database;
    const cookie = await trust(account);
    await knex.transaction((within) => world.accounts.dropPending(within, account.id));
    expect(await isTrusted(account, cookie)).toBe(false);
    const now = (await world.accounts.find(account.id)) ?? account;
    const again = `${only(cookie, 'browser')}; ${only(await trust(now, cookie), 'trusted_device')}`;
    expect(await isTrusted(now, again)).toBe(true);
    expect(await isTrusted(now, cookie)).toBe(false);
    await factors.distrust(knex, account.id);
    expect(await isTrusted(now, again)).toBe(false);
  });

  it('serves two accounts of one browser, each by its own wish', async () => {
    const [account, somebody] = [await world.existing(), await world.existing()];
    const first = await trust(account);
    const both = `${only(first, 'browser')}; ${only(await trust(somebody, first), 'trusted_device')}`;
    expect([await isTrusted(account, both), await isTrusted(somebody, both)]).toEqual([true, true]);
    await factors.distrust(world.database.knex, account.id);
    expect([await isTrusted(account, both), await isTrusted(somebody, both)]).toEqual([false, true]);
  });

  it('is swept once its time is over', async () => {
    const account = await world.existing();
    await trust(account);
    pass(31 * DAY);
    expect(await sweepRoom(world.database, factors)).toBeGreaterThan(0);
    expect(await world.database.knex('trusted_devices').where({ account_id: account.id })).toEqual([]);
  });
});
