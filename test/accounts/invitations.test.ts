import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { invitationId } from '../../src/accounts/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { accountsWorld, address, arrivalOf, freshAddress, freshVisit, signUpOf, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await accountsWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.settings.admits = 'invited';
});
afterEach(useRealClock);

const WEEK = 7 * 86_400;

async function invite(changes: { uses?: number; to?: string; lifetime?: number } = {}) {
  const { uses = 1, to, lifetime = WEEK } = changes;
  const bound = to === undefined ? undefined : address(to);
  const made = await world.accounts.invitations.make({ address: bound, uses, lifetime, createdBy: 'ada' });
  const token = new URL(made.path, 'https://id.acme.example').searchParams.get('token') ?? '';
  const look = async () => (await world.accounts.invitations.look(token)).state;
  return { ...made, token, id: invitationId(token), look };
}

/** Somebody comes back from an upstream that vouches for the address. */
async function arrive(invitation: string | undefined, who = freshAddress(), accounts = world.accounts) {
  return (await accounts.arrive({ ...arrivalOf(who, 'verified'), invitation }, freshVisit())).decision;
}

/** Signs up with a password up to the moment before the code is typed. */
async function signUp(invitation: string | undefined, who = freshAddress()) {
  const visit = freshVisit();
  const sent = await world.accounts.signUp({ ...signUpOf(who), invitation }, visit);
  if (!sent.ok) throw new Error(sent.reason);
  const code = await world.codeTo(who);
  return async (accounts = world.accounts) => {
    const redeemed = await accounts.codes.redeem(sent.proofId, code, visit);
    return redeemed.ok ? redeemed.outcome.decision : redeemed.reason;
  };
}

/** Resolves once another transaction waits for one that is still open. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  for (;;) {
    const { rows } = (await world.database.knex.raw(waiting)) as { rows: unknown[] };
    if (rows.length > 0) return;
  }
}

describe('an invitation', () => {
  it('lets in as many people as it has uses, whichever way they come', async () => {
    const { id, look } = await invite({ uses: 2 });
    expect(await arrive(undefined)).toBe('refuse_signup');
    expect(await arrive(id)).toBe('create_verified');
    expect(await look()).toBe('usable');
    expect(await (await signUp(id))()).toBe('create_verified');
    expect(await look()).toBe('used_up');
    expect(await arrive(id)).toBe('refuse_signup');
    expect(await (await signUp(id))()).toBe('refuse_signup');
  });

  it('is not used up by whoever has an account already', async () => {
    const { id, look } = await invite();
    const who = freshAddress();
    const arrival = { ...arrivalOf(who, 'verified'), invitation: id };
    world.settings.admits = 'anybody';
    expect((await world.accounts.arrive({ ...arrival, invitation: undefined }, freshVisit())).decision).toBe(
      'create_verified',
    );
    world.settings.admits = 'invited';
    expect((await world.accounts.arrive(arrival, freshVisit())).decision).toBe('sign_in');
    expect(await look()).toBe('usable');
  });

  it('is not used up by a sign-up whose code never comes', async () => {
    const { id, look } = await invite();
    await signUp(id);
    expect(await look()).toBe('usable');
  });

  it('gives its last use to one of 32 that come at once, over two processes', async () => {
    const { id } = await invite();
    const other = world.second();
    try {
      const arrivals = Array.from({ length: 24 }, (_, index) =>
        arrive(id, freshAddress(), index % 2 === 0 ? world.accounts : other.accounts),
      );
      const codes = await Promise.all(Array.from({ length: 8 }, () => signUp(id)));
      const entered = codes.map((enter, index) => enter(index % 2 === 0 ? world.accounts : other.accounts));
      const decisions = await Promise.all([...arrivals, ...entered]);
      expect(decisions.filter((decision) => decision === 'create_verified')).toHaveLength(1);
      expect(decisions.filter((decision) => decision === 'refuse_signup')).toHaveLength(31);
    } finally {
      await other.database.close();
    }
  });

  it('gives its use back when the account is not made after all', async () => {
    const { id, look } = await invite();
    const visit = freshVisit();
    const who = freshAddress();
    const sent = await world.accounts.signUp({ ...signUpOf(who), invitation: id }, visit);
    if (!sent.ok) throw new Error(sent.reason);
    // Whoever writes accounts without the lock on their address, as an import may, can come between.
    const code = await world.codeTo(who);
    const elsewhere = await world.database.knex.transaction();
    await elsewhere('accounts').insert({
      id: 'x'.repeat(22),
      origin: 'admin',
      created_at: new Date(),
      updated_at: new Date(),
    });
    await elsewhere('addresses').insert({ ...who, account_id: 'x'.repeat(22), verified_at: new Date() });
    const redeeming = world.accounts.codes.redeem(sent.proofId, code, visit);
    await somebodyWaits();
    await elsewhere.commit();
    expect(await redeeming).toMatchObject({ ok: true, outcome: { decision: 'address_taken' } });
    expect(await look()).toBe('usable');
  });

  it('ends, and says so until it is swept', async () => {
    const { id, look } = await invite({ lifetime: 3600 });
    const enter = await signUp(id);
    pass(3601);
    expect(await look()).toBe('expired');
    expect(await arrive(id)).toBe('refuse_signup');
    pass(-3300);
    useRealClock();
    expect(await enter()).toBe('create_verified');
    pass(31 * 86_400);
    await sweepRoom(world.database, world.accounts);
    expect(await look()).toBe('unknown');
  });

  it('for an address counts for that one alone, in any case', async () => {
    const { id } = await invite({ to: 'Grace@Example.org', uses: 2 });
    expect(await arrive(id, address('mallory@example.org'))).toBe('refuse_signup');
    expect(await arrive(id, address('grace@example.ORG'))).toBe('create_verified');
  });

  it('opens nothing where sign-up is closed, and loses no use there', async () => {
    const { id, look } = await invite();
    world.settings.admits = 'nobody';
    expect(await arrive(id)).toBe('refuse_signup');
    expect(await look()).toBe('usable');
  });

  it('does no harm where anybody may sign up, also when it is used up', async () => {
    const { id } = await invite();
    world.settings.admits = 'anybody';
    expect(await arrive(id)).toBe('create_verified');
    expect(await arrive(id)).toBe('create_verified');
    expect(world.events.filter(({ detail }) => detail?.['invitation'] === id.slice(0, 8))).toHaveLength(2);
  });

  it('is known by its hash alone, and listed until it is taken back', async () => {
    const { id, token, look } = await invite({ uses: 3 });
    expect(JSON.stringify(await world.database.knex('invitations'))).not.toContain(token);
    expect(await world.accounts.invitations.list()).toContainEqual(
      expect.objectContaining({ id, uses: 3, usesLeft: 3, createdBy: 'ada' }),
    );
    expect(await world.accounts.invitations.withdraw('')).toBe('unknown');
    expect(await world.accounts.invitations.withdraw(id.slice(0, 8))).toMatchObject({ id });
    expect(await look()).toBe('unknown');
    expect(await arrive(id)).toBe('refuse_signup');
  });

  it('is mailed to its address with the link, in the same transaction', async () => {
    const to = freshAddress('guest');
    const { invitations } = world.accounts;
    const { path } = await invitations.make({ address: to, uses: 1, lifetime: WEEK, createdBy: 'ada', mailIn: 'ko' });
    const [mail] = await world.mailsTo(to);
    expect(mail?.subject).toBe('invitation ko');
    expect(JSON.parse(mail?.text ?? '')).toEqual({ link: path, expires_seconds: String(WEEK) });
  });
});
