import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityTaken, isShell } from '../../src/accounts/account.ts';
import { claimsOf, type Account } from '../../src/accounts/index.ts';
import { postgresAccountStore } from '../../src/accounts/postgres_account_store.ts';
import { accountsWorld, freshAddress, type World } from './world.ts';

describe('accounts', () => {
  let world: World;
  beforeAll(async () => {
    world = await accountsWorld();
  });
  afterAll(() => world.close());
  const identity = (subject: string, upstreamId = 'google') => ({
    upstreamId,
    issuer: `https://${upstreamId}.example`,
    subject,
    facts: { email: 'ada@example.com' },
    trust: 'verified' as const,
  });

  const made = (changes: Parameters<World['existing']>[0] = {}): Promise<Account> =>
    world.existing({ profile: { name: 'Ada' }, locale: 'ko', ...changes });

  it('are found by id and by address, as they were made', async () => {
    const account = await made();
    expect(account.id).toMatch(/^[\w-]{22}$/);
    expect(await world.accounts.find(account.id)).toEqual(account);
    expect(await world.accounts.findByAddress(account.address?.canonical ?? '')).toEqual(account);
    expect(await world.accounts.find('unknown')).toBeUndefined();
    expect(await world.accounts.findByAddress('nobody@example.com')).toBeUndefined();
  });

  it('have an address that nobody else has, also when fifty want it at once on two processes (A17)', async () => {
    const other = world.second();
    const address = freshAddress();
    const stores = [world, other].map(({ database }) => postgresAccountStore(database.knex));
    const wanted = Array.from({ length: 25 }, () =>
      stores.map((store) => store.insert({ address, profile: {}, origin: 'admin' }, undefined)),
    ).flat();
    expect((await Promise.all(wanted)).filter(Boolean)).toHaveLength(1);
    const orphans = await world.database
      .knex('accounts')
      .leftJoin('addresses', 'account_id', 'id')
      .whereNull('canonical')
      .whereNull('deleted_at');
    expect(orphans).toEqual([]);
    await other.database.close();
  });

  it('show their identities, each of which opens one account only', async () => {
    const account = await made({ identity: identity('own') });
    expect(await world.accounts.identities.listOf(account.id)).toMatchObject([
      { ...identity('own'), accountId: account.id },
    ]);
    expect(await world.accounts.identities.find(identity('own'))).toMatchObject({ accountId: account.id });
    await expect(made({ identity: identity('own') })).rejects.toThrow(IdentityTaken);
  });

  it('know the address that was verified last', async () => {
    const newest = freshAddress();
    await postgresAccountStore(world.database.knex).insert(
      { address: newest, profile: {}, origin: 'signup' },
      new Date(Date.now() + 60_000),
    );
    await world.shell();
    expect(await world.accounts.newestAddress()).toBe(newest.stored);
  });

  it('are listed page by page, each once', async () => {
    for (let index = 0; index < 5; index += 1) await made();
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await world.accounts.list({ after, limit: 2 });
      seen.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
    }
    const all = await world.database.knex('accounts').whereNull('deleted_at').select('id');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(all.length);
  });

  it('leave a tombstone and a free address when they are deleted; the next has another subject', async () => {
    const account = await made({ identity: identity('left'), passwordHash: 'hash' });
    const store = postgresAccountStore(world.database.knex);
    await store.bury(account.id);
    await store.bury(account.id);
    expect(await world.accounts.find(account.id)).toBeUndefined();
    expect(await world.passwords.has(account.id)).toBe(false);
    expect(await world.accounts.identities.find(identity('left'))).toBeUndefined();
    expect(await world.database.knex('accounts').where({ id: account.id })).toMatchObject([
      { profile: {}, locale: null, deleted_at: expect.any(Date) },
    ]);
    expect((await made({ address: account.address })).id).not.toBe(account.id);
  });

  it('are shells until somebody proved their address, unless an admin made them', async () => {
    const shell = await world.shell();
    expect(isShell(shell)).toBe(true);
    expect(isShell({ ...shell, origin: 'admin' })).toBe(false);
    expect(isShell(await made())).toBe(false);
  });
});

describe('claims', () => {
  const account: Account = {
    id: 'id',
    profile: { name: 'Ada Lovelace', given_name: 'Ada' },
    locale: 'ko',
    origin: 'signup',
    createdAt: new Date(1000),
    updatedAt: new Date(1_700_000_000_999),
    groups: { own: [], through: {} },
    proofEpoch: 0,
    secondStep: false,
    address: { canonical: 'ada@example.com', stored: 'Ada@example.com', verifiedAt: new Date(2000) },
  };

  it('are the standard ones, with times in whole seconds', () => {
    expect(claimsOf(account, [])).toEqual({
      name: 'Ada Lovelace',
      given_name: 'Ada',
      locale: 'ko',
      updated_at: 1_700_000_000,
      email: 'Ada@example.com',
      email_verified: true,
    });
  });

  it('leave out what is empty, and call no address verified that is not (E11)', () => {
    const bare = { ...account, profile: { name: '' }, locale: undefined };
    expect(claimsOf({ ...bare, address: undefined }, [])).toEqual({ updated_at: 1_700_000_000 });
    expect(claimsOf({ ...bare, address: { canonical: 'a@b.example', stored: 'a@b.example' } }, [])).toMatchObject({
      email_verified: false,
    });
  });
});
