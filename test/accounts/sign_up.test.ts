import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresProofStore } from '../../src/accounts/postgres_proof_store.ts';
import { pass, useRealClock } from '../support/clock.ts';
import {
  accountsWorld,
  address,
  arrivalOf,
  freshAddress,
  freshVisit,
  signUpOf,
  somebodyWaits,
  type World,
} from './world.ts';

describe('a local sign-up', () => {
  let world: World;
  beforeAll(async () => {
    world = await accountsWorld();
  });
  afterAll(() => world.close());

  async function signUp(who = freshAddress(), changes: { passwordHash?: string; name?: string } = {}) {
    const visit = freshVisit();
    const sent = await world.accounts.signUp(signUpOf(who, changes), visit);
    if (!sent.ok) throw new Error(sent.reason);
    const enter = (code: string) => world.accounts.codes.redeem(sent.proofId, code, visit);
    return { who, visit, sent, proofId: sent.proofId, enter };
  }
  async function signedUp(who = freshAddress()) {
    const { enter } = await signUp(who);
    const redeemed = await enter(await world.codeTo(who));
    if (!redeemed.ok || !('account' in redeemed.outcome)) throw new Error('not signed up');
    return redeemed.outcome.account;
  }
  const passwordOf = async (id: string) =>
    (await world.database.knex('passwords').where({ account_id: id }).first())?.password_hash;

  it('makes nothing before the code, and an account with the right one', async () => {
    const { who, enter } = await signUp(freshAddress(), { name: '  Ada\n Lovelace ' });
    expect(await world.accounts.findByAddress(who.canonical)).toBeUndefined();

    const redeemed = await enter(await world.codeTo(who));

    expect(redeemed).toMatchObject({
      ok: true,
      outcome: { decision: 'create_verified', account: { origin: 'signup', profile: { name: 'Ada Lovelace' } } },
    });
    const account = await world.accounts.findByAddress(who.canonical);
    expect(account?.address?.verifiedAt).toBeInstanceOf(Date);
    expect(await passwordOf(account?.id ?? '')).toBe('hash of hers');
  });

  it('answers alike for a free address, a shell and a taken one; only the mail differs', async () => {
    const free = await signUp();
    const shell = await signUp((await world.shell()).address);
    const taken = await signedUp();
    const decoy = await signUp(taken.address);

    for (const { sent } of [free, shell, decoy]) expect(Object.keys(sent)).toEqual(['ok', 'proofId']);
    const rows = await world.database.knex('mailed_proofs').whereIn('id', [free.proofId, shell.proofId, decoy.proofId]);
    expect(
      new Set(
        rows.map(({ purpose, account_id, tries, consumed_at }) =>
          JSON.stringify({ purpose, account_id, tries, consumed_at }),
        ),
      ).size,
    ).toBe(1);
    for (const { who } of [free, shell])
      expect((await world.mailsTo(who)).map(({ subject }) => subject)).toEqual(['verify-email en']);
    expect((await world.mailsTo(decoy.who)).map(({ subject }) => subject)[0]).toBe('already-registered en');
    expect((await world.mailsTo(decoy.who))[0]?.text).toBe('{"link":"/account"}');
  });

  it('answers a code for a taken address as it answers any wrong code', async () => {
    const free = await signUp();
    const decoy = await signUp((await signedUp()).address);
    const wrong = await world.wrongCode(free.who);
    for (let tries = 4; tries >= 0; tries -= 1) {
      const answers = [await free.enter(wrong), await decoy.enter(wrong)];
      for (const answer of answers) expect(answer).toEqual({ ok: false, reason: 'wrong', triesLeft: tries });
    }
    for (const answer of [await free.enter(wrong), await decoy.enter(wrong)]) {
      expect(answer).toEqual({ ok: false, reason: 'too_many', triesLeft: 0 });
    }
  });

  it('does not change the account of whoever has the address', async () => {
    const account = await signedUp();
    await signUp(account.address, { passwordHash: 'hash of a stranger', name: 'Eve' });
    expect(await world.accounts.find(account.id)).toEqual(account);
    expect(await passwordOf(account.id)).toBe('hash of hers');
  });

  it('sends the mail to the mailbox of the owner, not to what was typed beside it', async () => {
    const account = await signedUp(address('Owner.Of.This@example.com'));
    await signUp(address('owner.of.THIS@example.com'));
    expect((await world.mailsTo(account.address ?? freshAddress()))[0]?.subject).toBe('already-registered en');
    expect(await world.mailsTo(address('owner.of.THIS@example.com'))).toEqual([]);
  });

  it('leaves nothing of a stranger to the person who proves the address (pre-hijacking) (A1)', async () => {
    const stranger = await signUp(freshAddress(), { passwordHash: 'hash of a stranger', name: 'Eve' });
    const owner = await signUp(stranger.who, { passwordHash: 'hash of hers', name: 'Ada' });

    const redeemed = await owner.enter(await world.codeTo(owner.who));

    expect(redeemed).toMatchObject({
      ok: true,
      outcome: { decision: 'create_verified', account: { profile: { name: 'Ada' } } },
    });
    const account = await world.accounts.findByAddress(owner.who.canonical);
    expect(await passwordOf(account?.id ?? '')).toBe('hash of hers');
  });

  it('discards a shell with all that is attached to it, and never uses its id again (A2)', async () => {
    const shell = await world.shell({ passwordHash: 'hash of a stranger' });
    const { who, enter } = await signUp(shell.address);
    expect(await enter(await world.codeTo(who))).toMatchObject({ ok: true, outcome: { decision: 'create_verified' } });
    expect((await world.accounts.findByAddress(who.canonical))?.id).not.toBe(shell.id);
    expect(await passwordOf(shell.id)).toBeUndefined();
    const tombstone = await world.database.knex('accounts').where({ id: shell.id }).first();
    expect(tombstone).toMatchObject({ deleted_at: expect.any(Date), profile: {} });
  });

  it('does not take an account from whoever proved the address first', async () => {
    const first = await signUp();
    const second = await signUp(first.who);
    const code = await world.codeTo(first.who);
    const mails = await world.mailsTo(first.who);
    const firstCode = JSON.parse(mails[1]?.text ?? '{}').code;
    expect(await second.enter(code)).toMatchObject({ ok: true, outcome: { decision: 'create_verified' } });
    expect(await first.enter(firstCode)).toMatchObject({ ok: true, outcome: { decision: 'address_taken' } });
    expect(await world.accounts.findByAddress(first.who.canonical)).toMatchObject({
      address: { verifiedAt: expect.any(Date) },
    });
  });

  it('makes one account when the codes of two sign-ups come at once, on two processes (A17)', async () => {
    const other = world.second();
    for (let round = 0; round < 8; round += 1) {
      const first = await signUp();
      const second = await signUp(first.who, { passwordHash: 'hash of the second' });
      const codes = (await world.mailsTo(first.who)).map(({ text }) => JSON.parse(text).code);
      const answers = await Promise.all([
        first.enter(codes[1]),
        other.accounts.codes.redeem(second.proofId, codes[0], second.visit),
      ]);
      const decisions = answers.map((answer) => (answer.ok ? answer.outcome.decision : answer.reason)).toSorted();
      expect(decisions).toEqual(['address_taken', 'create_verified']);
      const rows = await world.database.knex('addresses').where({ canonical: first.who.canonical });
      expect(rows).toHaveLength(1);
      expect(await passwordOf(rows[0].account_id)).toMatch(/hash of/);
    }
    await other.database.close();
  });

  it('keeps each of thirty sign-ups of one address that come at once apart', async () => {
    const other = world.second();
    const who = freshAddress();
    const sign = (index: number) => (index % 2 ? world : other).accounts.signUp(signUpOf(who), freshVisit());
    const sent = await Promise.all(Array.from({ length: 30 }, (_, index) => sign(index)));
    expect(sent.every(({ ok }) => ok)).toBe(true);
    expect(await world.accounts.findByAddress(who.canonical)).toBeUndefined();
    expect(await world.database.knex('mailed_proofs').where({ address: who.canonical })).toHaveLength(30);
    await other.database.close();
  });

  it('treats an account that an admin made, and one that is disabled, as taken', async () => {
    const admins = freshAddress();
    await world.existing({ address: admins, origin: 'admin' });
    await world.database.knex('addresses').where({ canonical: admins.canonical }).update({ verified_at: null });
    await signUp(admins);
    expect((await world.mailsTo(admins))[0]?.subject).toBe('already-registered en');

    const shell = await world.shell();
    await world.disable(shell.id);
    const { who } = await signUp(shell.address);
    expect((await world.mailsTo(who))[0]?.subject).toBe('already-registered en');
  });

  it('makes no account once sign-up was closed, and keeps nothing half done', async () => {
    const { who, enter } = await signUp();
    world.settings.admits = 'nobody';
    try {
      expect(await enter(await world.codeTo(who))).toMatchObject({ ok: true, outcome: { decision: 'refuse_signup' } });
    } finally {
      world.settings.admits = 'anybody';
    }
    expect((await world.accounts.findByAddress(who.canonical))?.address?.verifiedAt).toBeUndefined();
  });

  it('verifies the shell of a person who came back with the right password', async () => {
    const who = freshAddress();
    const shell = await world.shell({ address: who });
    const visit = freshVisit();
    const sent = await world.accounts.verifyAddress(shell, 'ko', visit);
    const [mail] = await world.mailsTo(who);
    expect(mail?.subject).toBe('verify-email ko');
    const proofId = sent.ok ? sent.proofId : '';
    const redeemed = await world.accounts.codes.redeem(proofId, await world.codeTo(who), visit);
    expect(redeemed).toMatchObject({
      ok: true,
      outcome: { decision: 'sign_in', account: { id: shell.id, address: { verifiedAt: expect.any(Date) } } },
    });
  });

  it('ends a proof of a shell with the shell', async () => {
    const who = freshAddress();
    const shell = await world.shell({ address: who });
    const visit = freshVisit();
    const sent = await world.accounts.verifyAddress(shell, 'en', visit);
    const code = await world.codeTo(who);
    expect((await world.accounts.arrive(arrivalOf(who, 'authoritative'), freshVisit())).decision).toBe('replace_shell');
    expect(await world.accounts.codes.redeem(sent.ok ? sent.proofId : '', code, visit)).toMatchObject({
      ok: false,
      reason: 'expired',
    });
  });

  it('leaves no link at a mistyped address', async () => {
    const { who, proofId, visit } = await signUp();
    const { link } = JSON.parse((await world.mailsTo(who))[0]?.text ?? '{}') as { link: string };
    const token = new URL(link, 'https://id.example').searchParams.get('token') ?? '';
    expect(await world.accounts.lookAtConfirmation(token)).toMatchObject({ state: 'usable' });
    await world.accounts.codes.changeAddress(proofId, freshAddress(), visit);
    expect(await world.accounts.lookAtConfirmation(token)).toBeUndefined();
    expect(await world.accounts.confirm(token, undefined)).toEqual({ ok: false, reason: 'expired' });
  });

  it('is tried again when a new code and the link of the old one wait for each other', async () => {
    const { who, proofId, visit } = await signUp();
    const { link } = JSON.parse((await world.mailsTo(who))[0]?.text ?? '{}') as { link: string };
    const token = new URL(link, 'https://id.example').searchParams.get('token') ?? '';
    pass(61);
    let again: ReturnType<typeof world.accounts.codes.resend> | undefined;
    await world.database.knex.transaction(async (within) => {
      // PostgreSQL ends the one that looks for a circle first.
      await within.raw(`set local deadlock_timeout = '1min'`);
      await world.accounts.links.consume(within, 'verify-email', token);
      again = world.accounts.codes.resend(proofId, visit);
      await somebodyWaits(within);
      await postgresProofStore(within).consumeWithoutCode(proofId);
    });
    expect(await again).toMatchObject({ ok: false, reason: 'too_many' });
    useRealClock();
  });

  it('writes neither code nor mail into the proof (E14)', async () => {
    const { who, proofId } = await signUp();
    const row = await world.database.knex('mailed_proofs').where({ id: proofId }).first();
    expect(JSON.stringify(row)).not.toContain(await world.codeTo(who));
  });

  it('leaves no proof and no mail when the database refuses in the middle', async () => {
    const who = freshAddress();
    // A reference that PostgreSQL cannot store stands for any failure after the proof was inserted.
    const visit = { ...freshVisit(), reference: 'bad\0reference' };
    await expect(world.accounts.signUp(signUpOf(who), visit)).rejects.toThrow('unsupported Unicode escape');
    expect(await world.mailsTo(who)).toEqual([]);
    expect(await world.database.knex('mailed_proofs').where({ address: who.canonical })).toEqual([]);
  });
});
