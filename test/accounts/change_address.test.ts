import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewIdentity } from '../../src/accounts/account.ts';
import { lockAddress } from '../../src/accounts/address_lock.ts';
import type { Account } from '../../src/accounts/index.ts';
import { postgresIdentityStore } from '../../src/accounts/postgres_identity_store.ts';
import type { Address } from '../../src/kit/addresses.ts';
import { ownerOf, accountsWorld, freshAddress, freshVisit, signUpOf, somebodyWaits, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await accountsWorld();
});
afterAll(() => world.close());

const asking = { locale: 'en' as const, clientAddress: '10.0.0.1' };
const identity = (upstreamId: string, subject: string): NewIdentity => ({
  upstreamId,
  issuer: `https://${upstreamId}.example`,
  subject,
  facts: {},
  trust: 'verified',
});
const own = ({ address }: Account) => address ?? { canonical: '', stored: '' };

/** The token of the newest mail of a kind to an address; undefined when it has no link. */
async function tokenTo(who: Address, template: string): Promise<string> {
  const mail = (await world.mailsTo(who)).find(({ subject }) => subject === `${template} en`);
  const { link = '/' } = JSON.parse(mail?.text ?? '{}') as { link?: string };
  return new URL(link, 'https://id.example').searchParams.get('token') ?? '';
}

async function wish(account: Account, address: Address): Promise<string> {
  expect(await world.selfService.addressChange.start(ownerOf(account.id), address, asking)).toEqual({ ok: true });
  return tokenTo(address, 'change-address');
}

async function changed(account: Account, address: Address): Promise<string> {
  const { confirm } = world.selfService.addressChange;
  expect(await confirm(await wish(account, address), asking)).toEqual({ ok: true });
  return tokenTo(own(account), 'address-changed');
}

const addressNow = async ({ id }: Account) => (await world.accounts.find(id))?.address?.canonical;

describe('two who want one address', () => {
  it('get it once when both confirm at once', async () => {
    const address = freshAddress();
    const [one, two] = [await world.existing(), await world.existing()];
    const tokens = [await wish(one, address), await wish(two, address)];
    const ends = await Promise.all(tokens.map((token) => world.selfService.addressChange.confirm(token, asking)));
    expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
    expect([await addressNow(one), await addressNow(two)].filter((now) => now === address.canonical)).toHaveLength(1);
  });

  it('get it once when one signs up at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const address = freshAddress();
      const account = await world.existing();
      const visit = freshVisit();
      const sent = await world.accounts.signUp(signUpOf(address), visit);
      const code = await world.codeTo(address);
      const token = await wish(account, address);
      const [confirmed, redeemed] = await Promise.all([
        world.selfService.addressChange.confirm(token, asking),
        world.accounts.codes.redeem(sent.ok ? sent.proofId : '', code, visit),
      ]);
      const signedUp = redeemed.ok && 'account' in redeemed.outcome;
      expect([confirmed.ok, signedUp].filter(Boolean)).toHaveLength(1);
    }
  });

  it('may swap theirs at once and wait for each other in no circle', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await world.existing(), await world.existing()];
      const [undoOne, undoTwo] = [await changed(one, freshAddress()), await changed(two, freshAddress())];
      const ends = await Promise.all([
        world.selfService.addressChange.undo(undoOne, asking),
        world.selfService.addressChange.undo(undoTwo, asking),
        world.selfService.addressChange.start(ownerOf(one.id), own(two), asking),
        world.selfService.addressChange.start(ownerOf(two.id), own(one), asking),
      ]);
      expect(ends.every(({ ok }) => ok)).toBe(true);
    }
  });
});

describe('one change of address', () => {
  it('ends as one of them when it is confirmed, cancelled and deleted at once', async () => {
    for (let round = 0; round < 8; round += 1) {
      const account = await world.existing();
      const address = freshAddress();
      const token = await wish(account, address);
      const [confirmed] = await Promise.all([
        world.selfService.addressChange.confirm(token, asking),
        world.selfService.addressChange.cancel(account.id),
        world.selfService.deletion.schedule(ownerOf(account.id), asking),
      ]);
      expect(await addressNow(account)).toBe(confirmed.ok ? address.canonical : own(account).canonical);
      const told = [...(await world.mailsTo(own(account))), ...(await world.mailsTo(address))].map(
        ({ subject }) => subject,
      );
      const counts = ['address-changed en', 'address-confirmed en', 'deletion-scheduled en'].map(
        (wanted) => told.filter((subject) => subject === wanted).length,
      );
      expect(counts).toEqual(confirmed.ok ? [1, 1, 1] : [0, 0, 1]);
    }
  });

  it('is undone once, and what came since goes with it', async () => {
    const account = await world.existing({ passwordHash: 'hash', identity: identity('google', 'long before') });
    const { knex } = world.database;
    const longAgo = new Date(Date.now() - 8 * 86_400_000);
    await knex('identities').where({ account_id: account.id }).update({ created_at: longAgo });
    // Connected shortly before, it may be the work of whoever changed the address.
    await postgresIdentityStore(knex).insert(account.id, identity('partner', 'shortly before'));
    const undo = await changed(account, freshAddress());
    await postgresIdentityStore(knex).insert(account.id, identity('facebook', 'since'));
    const ends = await Promise.all([1, 2, 3].map(() => world.selfService.addressChange.undo(undo, asking)));
    expect(ends.filter(({ ok }) => ok)).toEqual([{ ok: true, next: `/reset-password?token=${account.id}` }]);
    expect(await addressNow(account)).toBe(own(account).canonical);
    expect((await world.accounts.identities.listOf(account.id)).map(({ subject }) => subject)).toEqual(['long before']);
    expect(await world.passwords.has(account.id)).toBe(false);
    expect(world.ended.filter((id) => id === account.id)).toHaveLength(1);
  });

  it('is undone once, also when the old address is back already', async () => {
    const account = await world.existing();
    const undo = await changed(account, freshAddress());
    const now = await world.accounts.find(account.id);
    if (now) await changed(now, own(account));
    const ends = await Promise.all([1, 2, 3].map(() => world.selfService.addressChange.undo(undo, asking)));
    expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
    expect(world.ended.filter((id) => id === account.id)).toHaveLength(1);
  });

  it('can still be undone by the oldest mailbox when a younger one undid its own', async () => {
    const account = await world.existing({ passwordHash: 'hash' });
    const [second, third] = [freshAddress(), freshAddress()];
    const undoFirst = await changed(account, second);
    const moved = await world.accounts.find(account.id);
    const undoSecond = moved ? await changed(moved, third) : '';
    const { undo } = world.selfService.addressChange;
    expect(await undo(undoSecond, asking)).toMatchObject({ ok: true });
    expect(await addressNow(account)).toBe(second.canonical);
    expect(await undo(undoFirst, asking)).toMatchObject({ ok: true });
    expect(await addressNow(account)).toBe(own(account).canonical);
  });

  it('is told apart from one that was refused', async () => {
    const account = await world.existing();
    const undo = await changed(account, freshAddress());
    await world.existing({ address: own(account) });
    const before = world.events.length;
    expect(await world.selfService.addressChange.undo(undo, asking)).toEqual({ ok: false, reason: 'taken' });
    const told = world.events.slice(before).filter(({ accountId }) => accountId === account.id);
    expect(told).toMatchObject([{ type: 'accounts.address_change_refused', outcome: 'refused', reason: 'taken' }]);
  });

  it('tells whose it was when it is refused', async () => {
    const account = await world.existing();
    const address = freshAddress();
    const token = await wish(account, address);
    await world.existing({ address });
    await world.selfService.addressChange.confirm(token, asking);
    expect(world.events.at(-1)).toMatchObject({ type: 'accounts.address_change_refused', accountId: account.id });
  });

  it('does not happen when it is cancelled while it waits for its turn', async () => {
    const account = await world.existing();
    const address = freshAddress();
    const token = await wish(account, address);
    const { confirm, cancel } = world.selfService.addressChange;
    let waiting: ReturnType<typeof confirm> | undefined;
    await world.database.knex.transaction(async (within) => {
      await lockAddress(within, address.canonical);
      waiting = confirm(token, asking);
      await somebodyWaits(within);
      await cancel(account.id);
    });
    expect(await waiting).toEqual({ ok: false, reason: 'expired' });
    expect(await addressNow(account)).toBe(own(account).canonical);
  });

  it('is worth nothing for another purpose', async () => {
    const account = await world.existing();
    const address = freshAddress();
    const token = await wish(account, address);
    const { addressChange, deletion } = world.selfService;
    expect(await addressChange.undo(token, asking)).toEqual({ ok: false, reason: 'expired' });
    expect(await deletion.undo(token)).toEqual({ ok: false, reason: 'expired' });
    expect(await addressChange.lookAtUndo(token)).toBeUndefined();
    expect(await addressChange.confirm(`${token}x`, asking)).toEqual({ ok: false, reason: 'expired' });
    expect(await addressChange.confirm(token, asking)).toEqual({ ok: true });
  });

  it('discards a shell that has the address, and nobody else', async () => {
    const shell = await world.shell();
    const admin = await world.existing({ origin: 'admin' });
    const account = await world.existing();
    const toShell = await wish(account, own(shell));
    expect(await world.selfService.addressChange.confirm(toShell, asking)).toEqual({ ok: true });
    expect(await world.accounts.find(shell.id)).toBeUndefined();
    await world.selfService.addressChange.start(ownerOf(account.id), own(admin), asking);
    expect(await tokenTo(own(admin), 'address-wanted')).toBe('');
  });
});
