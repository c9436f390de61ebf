import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { openAdministration, type Account } from '../../src/accounts/index.ts';
import { parseAddress } from '../../src/kit/addresses.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { ownerOf, accountsWorld, freshVisit, signUpOf, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await accountsWorld();
});
beforeEach(() => useRealClock());
afterAll(async () => {
  useRealClock();
  await world.close();
});

const GRACE = 1_209_600;
const asking = { locale: 'en' as const };
const addressOf = ({ address }: Account) => address ?? { canonical: '', stored: '' };
const newest = async (account: Account) => (await world.mailsTo(addressOf(account)))[0];

/** Somebody deletes their account; resolves with the token of the link that takes it back. */
async function deleted(account: Account): Promise<string> {
  await world.selfService.deletion.schedule(ownerOf(account.id), asking);
  const { link } = JSON.parse((await newest(account))?.text ?? '{}') as { link: string };
  return new URL(link, 'https://id.example').searchParams.get('token') ?? '';
}

describe('an account whose person deleted it', () => {
  it('is ended once, however often they press', async () => {
    const account = await world.existing();
    await Promise.all([1, 2, 3].map(() => world.selfService.deletion.schedule(ownerOf(account.id), asking)));
    expect(world.ended.filter((id) => id === account.id)).toHaveLength(1);
    expect(await world.mailsTo(addressOf(account))).toHaveLength(1);
  });

  it('is buried when its grace is over and not before, and its last mail still goes out', async () => {
    const account = await world.existing({ passwordHash: 'hash' });
    await deleted(account);
    pass(GRACE - 5);
    expect(await sweepRoom(world.database, world.accounts)).toBe(0);
    expect(await world.accounts.find(account.id)).toBeDefined();
    pass(10);
    await sweepRoom(world.database, world.accounts);
    expect(await world.accounts.find(account.id)).toBeUndefined();
    expect((await newest(account))?.subject).toBe('deletion-done en');
    for (const table of ['addresses', 'identities', 'passwords', 'mailed_links']) {
      expect(await world.database.knex(table).where({ account_id: account.id })).toEqual([]);
    }
    expect(await world.database.knex('accounts').where({ id: account.id }).first()).toMatchObject({
      profile: {},
      locale: null,
      delete_at: null,
    });
  });

  it('is buried by one of several processes', async () => {
    const accounts = await Promise.all(Array.from({ length: 60 }, () => world.existing()));
    for (const { id } of accounts) await world.selfService.deletion.schedule(ownerOf(id), asking);
    pass(GRACE + 1);
    const other = world.second();
    const before = world.events.filter(({ type }) => type === 'accounts.deleted').length;
    await Promise.all([sweepRoom(world.database, world.accounts), sweepRoom(other.database, other.accounts)]);
    await other.database.close();
    const after = world.events.filter(({ type }) => type === 'accounts.deleted').length;
    expect(after - before).toBe(60);
    for (const account of accounts) {
      const mails = await world.mailsTo(addressOf(account));
      expect(mails.filter(({ subject }) => subject.startsWith('deletion-done'))).toHaveLength(1);
    }
  });

  it('is kept or buried, never both, when both come at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      useRealClock();
      const account = await world.existing();
      const token = await deleted(account);
      // The link ends in this very moment for one, and not yet for the other.
      await world.database
        .knex('accounts')
        .where({ id: account.id })
        .update({ delete_at: new Date(0) });
      const [undone] = await Promise.all([
        world.selfService.deletion.undo(token),
        sweepRoom(world.database, world.accounts),
      ]);
      expect((await world.accounts.find(account.id)) !== undefined).toBe(undone.ok);
    }
  });

  it('leaves its address to whoever signs up next: another subject, and nothing of the old one (A20)', async () => {
    const account = await world.existing({ profile: { name: 'Ada' } });
    await deleted(account);
    pass(GRACE + 1);
    await sweepRoom(world.database, world.accounts);
    const who = parseAddress(addressOf(account).stored) ?? addressOf(account);
    const visit = freshVisit();
    const sent = await world.accounts.signUp(signUpOf(who, { name: 'Bea' }), visit);
    const proofId = sent.ok ? sent.proofId : '';
    const redeemed = await world.accounts.codes.redeem(proofId, await world.codeTo(who), visit);
    const made = redeemed.ok && 'account' in redeemed.outcome ? redeemed.outcome.account : undefined;
    expect(made).toMatchObject({ profile: { name: 'Bea' }, address: { canonical: who.canonical } });
    expect(made?.id).not.toBe(account.id);
  });

  it('gets no link to a new password while it can come back, and nobody is told so', async () => {
    const account = await world.existing({ passwordHash: 'hash' });
    const earlier = await world.accounts.issueReset(world.database.knex, account.id);
    await deleted(account);
    const token = new URL(earlier, 'https://id.example').searchParams.get('token') ?? '';
    expect(await world.accounts.lookAtReset(token)).toBeUndefined();
    expect(await world.accounts.recover(addressOf(account), freshVisit(), 'en')).toMatchObject({ ok: true });
    expect((await world.mailsTo(addressOf(account))).map(({ subject }) => subject)).toEqual(['deletion-scheduled en']);
  });

  it('is buried although another one that is due cannot be told', async () => {
    const [untold, account] = [await world.existing(), await world.existing()];
    for (const one of [untold, account]) await deleted(one);
    await world.database.knex('addresses').where({ account_id: untold.id }).update({ stored: 'no address' });
    pass(GRACE + 1);
    await sweepRoom(world.database, world.accounts);
    expect(await world.accounts.find(account.id)).toBeUndefined();
    expect(await world.accounts.find(untold.id)).toBeDefined();
    expect(world.events.filter(({ accountId }) => accountId === untold.id).at(-1)).toMatchObject({
      type: 'accounts.burial_failed',
      outcome: 'failed',
    });
    await world.database.knex('accounts').where({ id: untold.id }).delete();
  });

  it('hears the last of it in the language in which it was deleted', async () => {
    const [plain, own] = [await world.existing(), await world.existing({ locale: 'en' })];
    for (const { id } of [plain, own]) await world.selfService.deletion.schedule(ownerOf(id), { locale: 'ko' });
    pass(GRACE + 1);
    await sweepRoom(world.database, world.accounts);
    expect((await newest(plain))?.subject).toBe('deletion-done ko');
    expect((await newest(own))?.subject).toBe('deletion-done en');
  });

  it('is gone at once where there is no grace', async () => {
    const account = await world.existing();
    world.settings.lifetimes.deletion_grace = 0;
    await world.selfService.deletion.schedule(ownerOf(account.id), asking);
    world.settings.lifetimes.deletion_grace = GRACE;
    expect(await world.accounts.find(account.id)).toBeUndefined();
    expect((await newest(account))?.subject).toBe('deletion-done en');
    expect(world.ended).toContain(account.id);
  });
});

describe('an account that an admin deletes', () => {
  const administration = (endEverythingOf: (id: string, within: Knex) => Promise<void>) =>
    openAdministration({
      database: world.database,
      record: async (event) => void world.events.push(event),
      setPassword: async () => {},
      endEverythingOf,
    });

  it('is held before what it has open ends, so that nobody waits in a circle', async () => {
    const account = await world.existing();
    const { remove } = administration(async (id) => {
      const held = world.database.knex('accounts').where({ id }).forUpdate().skipLocked();
      expect(await held).toEqual([]);
    });
    await remove(account.id);
    expect(await world.accounts.find(account.id)).toBeUndefined();
  });

  it('is told once, and not when there is none', async () => {
    const account = await world.existing();
    const { remove } = administration(async () => {});
    const before = world.events.length;
    for (const id of [account.id, account.id, 'nobody']) await remove(id);
    expect(world.events.slice(before)).toMatchObject([{ type: 'accounts.deleted', accountId: account.id }]);
  });
});

describe('what people change on their own account', () => {
  it('is refused once the account cannot be used', async () => {
    const account = await world.existing();
    await world.disable(account.id);
    const edit = { name: 'Eve', picture: undefined, zoneinfo: undefined, locale: undefined };
    await expect(world.selfService.editProfile(ownerOf(account.id), edit)).rejects.toMatchObject({
      code: 'account_disabled',
    });
    const wanted = parseAddress('wanted@example.com') ?? addressOf(account);
    const about = { ...asking, clientAddress: '10.0.0.1' };
    await expect(world.selfService.addressChange.start(ownerOf(account.id), wanted, about)).rejects.toMatchObject({
      code: 'account_disabled',
    });
  });

  it('drops the parts of a name with the name, and keeps what is not on the page', async () => {
    const profile = { name: 'Ada Byron', given_name: 'Ada', family_name: 'Byron', nickname: 'ada' };
    const account = await world.existing({ profile });
    const edit = { name: 'Ada  Byron', picture: undefined, zoneinfo: undefined, locale: undefined };
    expect(await world.selfService.editProfile(ownerOf(account.id), edit)).toBe(false);
    expect(await world.selfService.editProfile(ownerOf(account.id), { ...edit, name: 'Ada King' })).toBe(true);
    expect((await world.accounts.find(account.id))?.profile).toEqual({ name: 'Ada King', nickname: 'ada' });
  });
});
