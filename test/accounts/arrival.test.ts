import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account, Arrival, Outcome } from '../../src/accounts/index.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import { accountsWorld, arrivalOf, freshAddress, freshVisit, ownerOf, waiting, type World } from './world.ts';

describe('an arrival from an upstream', () => {
  let world: World;
  beforeAll(async () => {
    world = await accountsWorld();
  });
  afterEach(() => {
    Object.assign(world.settings, { linking: 'authoritative', admits: 'anybody', secondFactor: new Set() });
  });
  afterAll(() => world.close());

  const arrive = (arrival: Arrival) => world.accounts.arrive(arrival, freshVisit());
  /** What whoever signs somebody in writes with that. */
  const signedIn = (outcome: Outcome) => world.database.together(('told' in outcome && outcome.told?.deed) || []);
  const existing = (account: Parameters<World['existing']>[0] = { passwordHash: 'hash' }) => world.existing(account);
  /** Asks for the code that the decision calls for, and types it. */
  async function withCode(arrival: Arrival, send: 'sendArrivalCode' | { link: Account }) {
    const visit = freshVisit();
    const { accounts } = world;
    const sent =
      send === 'sendArrivalCode'
        ? await accounts.sendArrivalCode(arrival, visit)
        : await accounts.sendLinkCode(waiting(send.link, arrival), visit);
    if (!sent.ok) throw new Error(sent.reason);
    const { stored, address } = await world.database.knex('mailed_proofs').where({ id: sent.proofId }).first();
    const code = await world.codeTo({ stored, canonical: address });
    return { visit, code, ...sent, enter: () => accounts.codes.redeem(sent.proofId, code, visit) };
  }
  const identitiesOf = async (id: string) =>
    (await world.accounts.identities.listOf(id)).map(({ upstreamId, subject }) => `${upstreamId} ${subject}`);

  it('makes an account the first time and finds it the second, by issuer and subject alone (A6, A8, A9)', async () => {
    const arrival = arrivalOf(freshAddress(), 'verified', { subject: 'ada', name: 'Ada' });
    const first = await arrive(arrival);
    expect(first).toMatchObject({
      decision: 'create_verified',
      account: { origin: 'upstream', profile: { name: 'Ada' }, address: { verifiedAt: expect.any(Date) } },
    });

    const moved = { ...arrivalOf(freshAddress(), 'unverified', { subject: 'ada', name: 'Ada King' }) };
    const second = await arrive(moved);
    expect(second).toMatchObject({ decision: 'sign_in', account: { id: 'account' in first ? first.account.id : '' } });
    expect('account' in second && second.account.address?.canonical).toBe(
      'account' in first && first.account.address?.canonical,
    );
    expect(
      (await arrive({ ...moved, identity: { ...moved.identity, issuer: 'https://other.example' } })).decision,
    ).toBe('code_first');
  });

  it('joins a trusted address to the account that has it, and tells its owner', async () => {
    const account = await existing();
    const outcome = await arrive(arrivalOf(account.address, 'authoritative', { subject: 'joined' }));
    expect(outcome).toMatchObject({ decision: 'join', account: { id: account.id } });
    expect(await identitiesOf(account.id)).toEqual(['google joined']);
    expect((await world.mailsTo(account.address ?? freshAddress()))[0]).toMatchObject({
      subject: 'identity-linked en',
      text: expect.stringContaining('Upstream google'),
    });
  });

  it('asks for a proof where the upstream is not trusted that far, and joins after it (A7)', async () => {
    const account = await existing();
    const arrival = arrivalOf(account.address, 'verified', { subject: 'proven' });
    const outcome = await arrive(arrival);
    expect(outcome).toMatchObject({
      decision: 'prove_then_join',
      account: { id: account.id },
      ways: { password: true, code: true, upstreams: [] },
      provenByCode: false,
    });
    expect(await identitiesOf(account.id)).toEqual([]);
    expect(await world.accounts.connect(ownerOf(account.id), arrival, freshVisit())).toMatchObject({
      ok: true,
    });
    expect((await arrive(arrival)).decision).toBe('sign_in');
  });

  it('joins by a mailed code, once, and only this identity to this account', async () => {
    const account = await existing();
    const arrival = arrivalOf(account.address, 'verified', { subject: 'by code' });
    const proof = await withCode(arrival, { link: account });
    expect((await world.mailsTo(account.address ?? freshAddress()))[0]?.subject).toBe('link-code en');
    expect(await proof.enter()).toMatchObject({ ok: true, outcome: { decision: 'join', account: { id: account.id } } });
    expect(await proof.enter()).toMatchObject({ ok: false, reason: 'used' });
    expect(await identitiesOf(account.id)).toEqual(['google by code']);
  });

  it('does not join by a code when a second factor came meanwhile', async () => {
    const account = await existing();
    const proof = await withCode(arrivalOf(account.address, 'verified'), { link: account });
    world.settings.secondFactor.add(account.id);
    expect(await proof.enter()).toMatchObject({ ok: true, outcome: { decision: 'refuse_neutral' } });
    expect(await identitiesOf(account.id)).toEqual([]);
  });

  it('sends a code before it says anything about an address nobody vouches for', async () => {
    const account = await existing();
    const outcomes = [
      await arrive(arrivalOf(account.address, 'unverified')),
      await arrive(arrivalOf(freshAddress(), 'unverified')),
    ];
    expect(outcomes.map((outcome) => Object.keys(outcome))).toEqual([
      ['decision', 'address', 'arrival'],
      ['decision', 'address', 'arrival'],
    ]);
    expect(outcomes.map(({ decision }) => decision)).toEqual(['code_first', 'code_first']);
  });

  it('makes, joins or refuses once the code proved such an address', async () => {
    const free = freshAddress();
    expect(await (await withCode(arrivalOf(free, 'unverified'), 'sendArrivalCode')).enter()).toMatchObject({
      outcome: { decision: 'create_verified' },
    });

    const account = await existing();
    const joined = await withCode(arrivalOf(account.address, 'unverified'), 'sendArrivalCode');
    expect((await world.mailsTo(account.address ?? free))[0]?.subject).toBe('link-code en');
    expect(await joined.enter()).toMatchObject({ outcome: { decision: 'join', account: { id: account.id } } });

    const again = await withCode(arrivalOf(account.address, 'unverified', { subject: 'another' }), 'sendArrivalCode');
    expect(await again.enter()).toMatchObject({ outcome: { decision: 'refuse_neutral' } });
  });

  it('still asks for the second factor after the code, and says for which identity', async () => {
    const account = await existing();
    world.settings.secondFactor.add(account.id);
    const arrival = arrivalOf(account.address, 'unverified', { subject: 'careful' });
    const redeemed = await (await withCode(arrival, 'sendArrivalCode')).enter();
    expect(redeemed).toMatchObject({
      outcome: {
        decision: 'prove_then_join',
        arrival: { identity: { subject: 'careful' } },
        ways: { password: true, code: false },
        provenByCode: true,
      },
    });
  });

  it('asks for an address when it brings none, and does not trust a typed one more for what it brought', async () => {
    const without = arrivalOf(undefined, 'absent', { subject: 'no mail' });
    expect((await arrive(without)).decision).toBe('ask_address');
    const account = await existing();
    const typed = { address: account.address ?? freshAddress(), name: 'Eve' };
    expect((await arrive({ ...without, typed })).decision).toBe('code_first');
    expect((await arrive({ ...arrivalOf(freshAddress(), 'authoritative'), typed })).decision).toBe('code_first');
    expect(await identitiesOf(account.id)).toEqual([]);
  });

  it('discards a shell with everything attached to it (A1, A2)', async () => {
    const who = freshAddress();
    const shell = await world.shell({ address: who, passwordHash: 'hash of a stranger' });
    const outcome = await arrive(arrivalOf(who, 'verified', { subject: 'owner' }));
    expect(outcome.decision).toBe('replace_shell');
    const account = await world.accounts.findByAddress(who.canonical);
    expect(account?.id).not.toBe(shell.id);
    expect(await world.passwords.has(account?.id ?? '')).toBe(false);
    expect(await world.passwords.has(shell.id)).toBe(false);
    expect(await world.accounts.find(shell.id)).toBeUndefined();
  });

  it('never discards what an admin made: its factor and a code open it', async () => {
    const account = await existing({ passwordHash: 'hash', origin: 'admin' });
    await world.database.knex('addresses').where({ account_id: account.id }).update({ verified_at: null });
    const arrival = arrivalOf(account.address, 'authoritative', { subject: 'employee' });
    expect((await arrive(arrival)).decision).toBe('code_first');
    const redeemed = await (await withCode(arrival, 'sendArrivalCode')).enter();
    expect(redeemed).toMatchObject({
      outcome: { decision: 'prove_then_join', ways: { password: true, code: false }, provenByCode: true },
    });
    const unproven = waiting(account, arrival);
    expect(await world.accounts.join(unproven, {})).toEqual({ ok: false, reason: 'unverified' });
    expect(await world.accounts.join(waiting(account, arrival, true), {})).toMatchObject({
      ok: true,
      account: { address: { verifiedAt: expect.any(Date) } },
    });
  });

  it('verifies and joins the account of an admin that has no factor of its own after the code', async () => {
    const account = await existing({ origin: 'admin' });
    await world.database.knex('addresses').where({ account_id: account.id }).update({ verified_at: null });
    const redeemed = await (await withCode(arrivalOf(account.address, 'verified'), 'sendArrivalCode')).enter();
    expect(redeemed).toMatchObject({
      outcome: { decision: 'join', account: { id: account.id, address: { verifiedAt: expect.any(Date) } } },
    });
  });

  it('refuses a disabled account, by its identity openly and by its address without a word', async () => {
    const account = await existing();
    const arrival = arrivalOf(account.address, 'authoritative');
    await arrive(arrival);
    await world.disable(account.id);
    expect(await arrive(arrival)).toEqual({ decision: 'refuse_disabled' });
    expect(await arrive(arrivalOf(account.address, 'authoritative', { upstreamId: 'facebook' }))).toEqual({
      decision: 'refuse_neutral',
    });
    const other = arrivalOf(account.address, 'verified', { upstreamId: 'facebook' });
    expect(await world.accounts.connect(ownerOf(account.id), other, freshVisit())).toEqual({
      ok: false,
      reason: 'disabled',
    });
  });

  it('joins an identity to one account only', async () => {
    const [one, two] = [await existing(), await existing()];
    const arrival = arrivalOf(one.address, 'verified', { subject: 'shared' });
    await world.accounts.connect(ownerOf(one.id), arrival, freshVisit());
    expect(await world.accounts.connect(ownerOf(two.id), arrival, freshVisit())).toEqual({
      ok: false,
      reason: 'taken',
    });
  });

  it('makes nobody an account while sign-up is closed, and lets those in who have one', async () => {
    world.settings.admits = 'nobody';
    expect((await arrive(arrivalOf(freshAddress(), 'authoritative'))).decision).toBe('refuse_signup');
    const account = await existing();
    expect((await arrive(arrivalOf(account.address, 'authoritative'))).decision).toBe('join');
  });

  it('lets nobody in through an upstream that is no longer configured (B10)', async () => {
    expect((await arrive(arrivalOf(freshAddress(), 'authoritative', { upstreamId: 'gone' }))).decision).toBe(
      'refuse_upstream',
    );
  });

  it.each(['', 'x'.repeat(256), 'a\0b', '\uD800'])('takes no identity whose subject is %p', async (subject) => {
    expect((await arrive(arrivalOf(freshAddress(), 'authoritative', { subject }))).decision).toBe('refuse_neutral');
  });

  it('keeps hostile claims from doing any harm (B15)', async () => {
    const arrival = arrivalOf(freshAddress(), 'verified', { name: `\0\u202E<script>${'x'.repeat(1_000_000)}` });
    Object.assign(arrival.identity, {
      givenName: { toString: 'x' },
      familyName: ['a'],
      picture: 'javascript:alert(1)',
    });
    const outcome = await arrive(arrival);
    const profile = 'account' in outcome ? outcome.account.profile : {};
    expect(Object.keys(profile)).toEqual(['name']);
    expect(profile.name).toMatch(/^<script>x+$/);
    expect(profile.name).toHaveLength(200);
  });

  it('keeps the attributes that the config asks for, and that an address is an alias, with the identity', async () => {
    const arrival = arrivalOf(freshAddress(), 'verified', { subject: 'kept' });
    Object.assign(arrival.identity, {
      email: { ...arrival.identity.email, relay: true },
      extra: { hd: ' work\u0007space.example ', staff: true, empty: '', list: ['x'], __proto__x: 'y', 'No Name': 'z' },
    });
    const outcome = await arrive(arrival);
    const [kept] = await world.accounts.identities.listOf('account' in outcome ? outcome.account.id : '');
    expect(kept?.facts).toEqual({
      email: arrival.identity.email?.value,
      relay: true,
      name: 'Ada',
      extra: { hd: 'work space.example', staff: true },
    });
    const back = await arrive({ ...arrival, identity: { ...arrival.identity, extra: { hd: 'moved.example' } } });
    expect(await signedIn(back)).toBe(true);
    const [moved] = await world.accounts.identities.listOf('account' in outcome ? outcome.account.id : '');
    expect(moved?.facts.extra).toEqual({ hd: 'moved.example' });
  });

  it('signs nobody in by an identity that was taken away meanwhile', async () => {
    const account = await existing();
    const arrival = arrivalOf(account.address, 'authoritative', { subject: 'taken away' });
    await arrive(arrival);
    const back = await arrive(arrival);
    expect(back.decision).toBe('sign_in');
    await world.accounts.disconnect(account.id, arrival.upstreamId, { locale: 'en' });
    expect(await signedIn(back)).toBe(false);
  });

  it('makes one account when one person arrives fifty times at once, on two processes (A17)', async () => {
    const other = world.second();
    const arrival = arrivalOf(freshAddress(), 'verified', { subject: 'fifty' });
    const both = [world.accounts, other.accounts];
    const arrivals = Array.from({ length: 25 }, () => both.map((door) => door.arrive(arrival, freshVisit())));
    const outcomes = await Promise.all(arrivals.flat());
    const ids = new Set(outcomes.map((outcome) => 'account' in outcome && outcome.account.id));
    expect(ids.size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.decision === 'create_verified')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.decision === 'sign_in')).toHaveLength(49);
    await other.database.close();
  });

  it('makes one account when one identity arrives with two addresses at once', async () => {
    const other = world.second();
    for (let round = 0; round < 10; round += 1) {
      const subject = `two addresses ${round}`;
      const pair = [
        arrivalOf(freshAddress(), 'verified', { subject }),
        arrivalOf(freshAddress(), 'verified', { subject }),
      ] as const;
      const outcomes = await Promise.all([
        world.accounts.arrive(pair[0], freshVisit()),
        other.accounts.arrive(pair[1], freshVisit()),
      ]);
      expect(outcomes.map(({ decision }) => decision).toSorted()).toEqual(['create_verified', 'sign_in']);
      const addresses = pair.map(({ identity }) => identity.email?.value ?? '');
      expect(await world.database.knex('addresses').whereIn('stored', addresses)).toHaveLength(1);
    }
    await other.database.close();
  });

  it('gives an account one identity of an upstream when two of them arrive at once', async () => {
    const other = world.second();
    for (let round = 0; round < 10; round += 1) {
      const account = await existing();
      const [one, two] = [arrivalOf(account.address, 'authoritative'), arrivalOf(account.address, 'authoritative')];
      const outcomes = await Promise.all([
        world.accounts.arrive(one, freshVisit()),
        other.accounts.arrive(two, freshVisit()),
      ]);
      expect(outcomes.map(({ decision }) => decision).toSorted()).toEqual(['join', 'refuse_neutral']);
      expect(await identitiesOf(account.id)).toHaveLength(1);
    }
    await other.database.close();
  });

  it('never joins to an account that is deleted at the same moment', async () => {
    const other = world.second();
    for (let round = 0; round < 10; round += 1) {
      const account = await existing();
      const arrival = arrivalOf(account.address, 'verified');
      await Promise.all([
        postgresAccountStore(world.database.knex).bury(account.id),
        other.accounts.connect(ownerOf(account.id), arrival, freshVisit()),
      ]);
      expect(await world.accounts.find(account.id)).toBeUndefined();
      expect(await identitiesOf(account.id)).toEqual([]);
    }
    await other.database.close();
  });
});
