import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redeemed, Sent } from '../../src/accounts/door.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { accountsWorld, freshAddress, freshVisit, signUpOf, type World } from './world.ts';

describe('a mailed code', () => {
  let world: World;
  beforeAll(async () => {
    world = await accountsWorld({ limited: true });
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  async function started(who = freshAddress()) {
    const visit = freshVisit();
    const sent = await world.accounts.signUp(signUpOf(who), visit);
    if (!sent.ok) throw new Error(sent.reason);
    const { proofId } = sent;
    const { codes } = world.accounts;
    return {
      who,
      visit,
      proofId,
      enter: (code: string) => codes.redeem(proofId, code, visit),
      resend: () => codes.resend(proofId, visit),
      code: await world.codeTo(who),
      wrong: await world.wrongCode(who),
    };
  }
  const reasons = (answers: Redeemed[]) => answers.map((answer) => (answer.ok ? 'right' : answer.reason));
  const waitOf = (sent: Sent) => (!sent.ok && sent.reason === 'too_many' ? sent.retryAfter : 0);
  const count = (list: string[], what: string) => list.filter((entry) => entry === what).length;

  it('counts, and counts once', async () => {
    const proof = await started();
    expect(await proof.enter(proof.code)).toMatchObject({ ok: true });
    expect(await proof.enter(proof.code)).toEqual({ ok: false, reason: 'used', triesLeft: 0 });
  });

  it('is taken as people type and paste it', async () => {
    const proof = await started();
    const wide = proof.code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    expect(await proof.enter(` ${wide.slice(0, 4)} - ${wide.slice(4)}\n`)).toMatchObject({ ok: true });
  });

  it('has five tries, and is dead afterwards even when it is right', async () => {
    const proof = await started();
    for (let left = 4; left >= 0; left -= 1)
      expect(await proof.enter(proof.wrong)).toEqual({ ok: false, reason: 'wrong', triesLeft: left });
    expect(await proof.enter(proof.code)).toEqual({ ok: false, reason: 'too_many', triesLeft: 0 });
  });

  it('counts exactly five of a hundred wrong tries that come at once, on two processes (E13)', async () => {
    const other = world.second();
    const proof = await started();
    const doors = [world.accounts, other.accounts] as const;
    const tries = Array.from({ length: 100 }, (_, index) =>
      doors[index % 2 === 0 ? 0 : 1].codes.redeem(proof.proofId, proof.wrong, proof.visit),
    );
    const answers = reasons(await Promise.all(tries));
    expect([count(answers, 'wrong'), count(answers, 'too_many')]).toEqual([5, 95]);
    await other.database.close();
  });

  it('does its work once when it comes twenty times at once, on two processes', async () => {
    const other = world.second();
    const doors = [world.accounts, other.accounts] as const;
    for (let round = 0; round < 5; round += 1) {
      const proof = await started();
      const tries = Array.from({ length: 20 }, (_, index) =>
        doors[index % 2 === 0 ? 0 : 1].codes.redeem(proof.proofId, proof.code, proof.visit),
      );
      expect(count(reasons(await Promise.all(tries)), 'right')).toBe(1);
    }
    await other.database.close();
  });

  it('is worth nothing in another browser, another visit or for another proof (E6)', async () => {
    const proof = await started();
    const second = await started(proof.who);
    const { codes } = world.accounts;
    expect(await codes.redeem(proof.proofId, proof.code, { ...proof.visit, browserHash: 'other' })).toMatchObject({
      ok: false,
      reason: 'expired',
    });
    expect(await codes.redeem(proof.proofId, proof.code, { ...proof.visit, interactionHash: 'other' })).toMatchObject({
      ok: false,
      reason: 'expired',
    });
    expect(await second.enter(proof.code)).toMatchObject({ ok: false, reason: 'wrong' });
    expect(await codes.redeem('unknown', proof.code, proof.visit)).toMatchObject({ ok: false, reason: 'expired' });
    expect(await proof.enter(proof.code)).toMatchObject({ ok: true });
  });

  it('is worth nothing for another purpose or another address (E6)', async () => {
    for (const change of [{ purpose: 'verify-address' }, { address: 'eve@example.com' }]) {
      const proof = await started();
      await world.database.knex('mailed_proofs').where({ id: proof.proofId }).update(change);
      expect(await proof.enter(proof.code)).toMatchObject({ ok: false, reason: 'wrong' });
    }
  });

  it('lives for ten minutes', async () => {
    const proof = await started();
    pass(599);
    expect(await proof.enter(proof.wrong)).toMatchObject({ reason: 'wrong' });
    pass(2);
    expect(await proof.enter(proof.code)).toEqual({ ok: false, reason: 'expired', triesLeft: 0 });
  });

  it('is replaced by a new one after a minute, not before, and the old one is dead', async () => {
    const proof = await started();
    const soon = await proof.resend();
    expect(soon).toMatchObject({ ok: false, reason: 'too_many' });
    expect(waitOf(soon)).toBeGreaterThan(50);
    expect(waitOf(soon)).toBeLessThanOrEqual(60);
    pass(61);
    expect(await proof.resend()).toEqual({ ok: true, proofId: proof.proofId });
    const code = await world.codeTo(proof.who);
    expect(await proof.enter(proof.code)).toMatchObject({ ok: false, reason: 'wrong', triesLeft: 4 });
    expect(await proof.enter(code)).toMatchObject({ ok: true });
    pass(61);
    expect(await proof.resend()).toEqual({ ok: false, reason: 'over' });
  });

  it('is sent again once when the button is pressed ten times at once', async () => {
    const proof = await started();
    pass(61);
    await Promise.all(Array.from({ length: 10 }, () => proof.resend()));
    expect(await world.mailsTo(proof.who)).toHaveLength(2);
  });

  it('cannot be guessed on through new codes: ten wrong ones for an address in an hour (E13)', async () => {
    const first = await started();
    for (let tries = 0; tries < 5; tries += 1) await first.enter(first.wrong);
    pass(61);
    await first.resend();
    for (let tries = 0; tries < 5; tries += 1)
      expect(await first.enter(first.wrong)).toMatchObject({ reason: 'wrong' });
    pass(541);
    await first.resend();
    const locked = await first.enter(await world.codeTo(first.who));
    expect(locked).toMatchObject({ ok: false, reason: 'too_many' });
    expect(locked.ok ? 0 : locked.retryAfter).toBeGreaterThan(2900);
    pass(3600);
    await first.resend();
    expect(await first.enter(await world.codeTo(first.who))).toMatchObject({ ok: true });
  });

  it('goes to one mailbox twice in ten minutes at most, whoever has the address, and leaves a mail for a new password', async () => {
    const taken = await world.existing();
    for (const who of [freshAddress(), taken.address ?? freshAddress()]) {
      const sent = [];
      for (let times = 0; times < 10; times += 1)
        sent.push((await world.accounts.signUp(signUpOf(who), freshVisit())).ok);
      expect(sent).toEqual([true, true, false, false, false, false, false, false, false, false]);
      expect(await world.accounts.recover(who, freshVisit(), 'en')).toMatchObject({ ok: true });
      expect(await world.accounts.recover(who, freshVisit(), 'en')).toMatchObject({ ok: false, reason: 'too_many' });
    }
  });

  it("is mailed sixty times an hour for one client, which then uses up nobody else's share", async () => {
    const visit = { ...freshVisit(), clientAddress: '192.0.2.77' };
    const sent: Sent[] = [];
    for (let times = 0; times < 60; times += 1) sent.push(await world.accounts.signUp(signUpOf(freshAddress()), visit));
    expect(sent.every(({ ok }) => ok)).toBe(true);
    const who = freshAddress();
    for (let times = 0; times < 5; times += 1) {
      const refused = await world.accounts.signUp(signUpOf(who), visit);
      expect(refused).toMatchObject({ ok: false, reason: 'too_many' });
      expect(waitOf(refused)).toBeGreaterThan(3000);
    }
    expect(await world.accounts.signUp(signUpOf(who), freshVisit())).toMatchObject({ ok: true });
  });

  it('goes on to known browsers while strangers flood everybody, and each of them keeps a share of its own', async () => {
    const few = await accountsWorld({
      limited: true,
      limits: { mail_strangers: { points: 4 }, mail_total: { points: 6 } },
    });
    try {
      const owner = await few.existing();
      const visit = freshVisit();
      await few.accounts.noteSignIn(owner, { ...visit, locale: 'en' }).afterwards();
      const address = owner.address ?? freshAddress();
      const flood = [];
      for (let times = 0; times < 8; times += 1)
        flood.push((await few.accounts.signUp(signUpOf(freshAddress()), freshVisit())).ok);
      expect(flood.filter(Boolean)).toHaveLength(4);
      expect(await few.accounts.recover(address, freshVisit(), 'en')).toMatchObject({ ok: false });
      expect(await few.accounts.recover(address, visit, 'en')).toMatchObject({ ok: true });
      expect(await few.accounts.recover(freshAddress(), visit, 'en')).toMatchObject({ ok: false });
    } finally {
      await few.close();
    }
  });

  it('is not sent where there is nothing left to prove', async () => {
    const shell = { ...(await world.existing()), address: undefined };
    expect(await world.accounts.verifyAddress(shell, 'en', freshVisit())).toEqual({ ok: false, reason: 'over' });
    expect(await world.accounts.codes.resend('unknown', freshVisit())).toEqual({ ok: false, reason: 'over' });
  });

  it('is swept away a day after it ended, and not before', async () => {
    const proof = await started();
    pass(600 + 86_000);
    await sweepRoom(world.database, world.accounts);
    expect(await world.database.knex('mailed_proofs').where({ id: proof.proofId })).toHaveLength(1);
    pass(500);
    expect(await sweepRoom(world.database, world.accounts)).toBeGreaterThan(0);
    expect(await world.database.knex('mailed_proofs').where({ id: proof.proofId })).toEqual([]);
    expect(await sweepRoom(world.database, world.accounts)).toBe(0);
  });

  it('leaves no password hash in a proof once it is used', async () => {
    const proof = await started();
    await proof.enter(proof.code);
    const row = await world.database.knex('mailed_proofs').where({ id: proof.proofId }).first();
    expect(row.consumed_at).toBeInstanceOf(Date);
    expect(JSON.stringify(row)).not.toContain('hash of hers');
  });
});
