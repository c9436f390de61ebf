import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import {
  accountsWorld,
  arrivalOf,
  freshAddress,
  freshVisit,
  ownerOf,
  somebodyWaits,
  waiting,
  type World,
} from './world.ts';

let world: World;

beforeAll(async () => {
  world = await accountsWorld();
});
afterAll(() => world.close());

const occasion = { locale: 'en' as const, reference: 'AAAAA-BBBBB' };

/** An account that these upstreams open, without a password. */
async function accountWith(...upstreams: string[]): Promise<Account> {
  const account = await world.existing();
  for (const upstreamId of upstreams) {
    const joined = await world.accounts.connect(
      ownerOf(account.id),
      arrivalOf(undefined, 'absent', { upstreamId }),
      {},
    );
    expect(joined.ok).toBe(true);
  }
  return account;
}
const upstreamsOf = async ({ id }: Account) =>
  (await world.accounts.identities.listOf(id)).map(({ upstreamId }) => upstreamId);

describe('disconnect', () => {
  it('refuses the last way in, also for two at once from two processes (A16)', async () => {
    const second = world.second();
    for (let round = 0; round < 10; round += 1) {
      const account = await accountWith('google', 'facebook');
      const ends = await Promise.all([
        world.accounts.disconnect(account.id, 'google', occasion),
        second.accounts.disconnect(account.id, 'facebook', occasion),
      ]);
      expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
      expect(ends.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'last' });
      expect(await upstreamsOf(account)).toHaveLength(1);
    }
    await second.database.close();
  });

  it('lets the last identity go where there is a password', async () => {
    const account = await world.existing({ passwordHash: 'hash of hers' });
    await world.accounts.connect(ownerOf(account.id), arrivalOf(undefined, 'absent'), {});
    expect(await world.accounts.disconnect(account.id, 'google', occasion)).toEqual({ ok: true });
    expect(await upstreamsOf(account)).toEqual([]);
  });

  it('counts no upstream that is not configured any more for a way in', async () => {
    const account = await accountWith('google');
    const gone = { ...arrivalOf(undefined, 'absent', { upstreamId: 'gone' }).identity, upstreamId: 'gone' };
    const { issuer, subject } = gone;
    const at = new Date();
    const row = { upstream_id: 'gone', issuer, subject, account_id: account.id, facts: '{}', trust: 'absent' };
    await world.database.knex('identities').insert({ ...row, created_at: at, last_used_at: at });
    expect(await world.accounts.disconnect(account.id, 'google', occasion)).toEqual({ ok: false, reason: 'last' });
    expect(await world.accounts.disconnect(account.id, 'gone', occasion)).toEqual({ ok: true });
    expect(await upstreamsOf(account)).toEqual(['google']);
  });

  it('takes nothing of another account, and says so when there is nothing', async () => {
    const account = await accountWith('google', 'facebook');
    const other = await accountWith('google', 'facebook');
    expect(await world.accounts.disconnect(account.id, 'partner', occasion)).toEqual({ ok: false, reason: 'unknown' });
    await world.accounts.disconnect(account.id, 'google', occasion);
    expect(await upstreamsOf(other)).toEqual(['google', 'facebook']);
  });

  it('ends every code that would join an identity (A13)', async () => {
    const account = await accountWith('google', 'facebook');
    const visit = freshVisit();
    const again = arrivalOf(account.address, 'verified', { upstreamId: 'partner' });
    const other = await world.accounts.sendLinkCode(waiting(account, again), visit);
    const sent = await world.accounts.sendLinkCode(waiting(account, arrivalOf(account.address, 'verified')), visit);
    const typed = await world.accounts.sendArrivalCode(arrivalOf(account.address, 'unverified'), visit);
    if (!other.ok || !sent.ok || !typed.ok) throw new Error('no code was sent');
    const proofs = () => world.database.knex('mailed_proofs').where({ address: account.address?.canonical });
    expect(await proofs()).toHaveLength(3);
    await world.accounts.disconnect(account.id, 'google', occasion);
    expect(await proofs()).toEqual([]);
  });

  it('queues its notice in the same transaction, in the language of the account', async () => {
    const account = await world.existing({ passwordHash: 'hash of hers', locale: 'ko' });
    await world.accounts.connect(ownerOf(account.id), arrivalOf(undefined, 'absent', { name: 'Ada Example' }), {});
    await world.accounts.disconnect(account.id, 'google', occasion);
    const [notice] = await world.mailsTo(account.address ?? freshAddress());
    expect(notice?.subject).toBe('identity-unlinked ko');
    expect(JSON.parse(notice?.text ?? '')).toEqual({ upstream: 'Upstream google', address: 'Ada Example' });
  });
});

describe('join', () => {
  const mailsAbout = async (account: Account) => (await world.mailsTo(account.address ?? freshAddress())).length;

  it('is done once however often it is asked, with one mail', async () => {
    const account = await world.existing();
    const arrival = arrivalOf(undefined, 'absent');
    const ends = [];
    for (let times = 0; times < 3; times += 1)
      ends.push(await world.accounts.connect(ownerOf(account.id), arrival, {}));
    expect(ends.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await mailsAbout(account)).toBe(1);
  });

  it('tells an identity of somebody else from a second one of the same upstream', async () => {
    const [account, other] = [await accountWith('google'), await accountWith('facebook')];
    const arrival = arrivalOf(undefined, 'absent');
    const second = await world.accounts.connect(ownerOf(account.id), arrival, {});
    expect(second).toEqual({ ok: false, reason: 'upstream_taken' });
    await world.accounts.connect(ownerOf(other.id), arrival, {});
    const third = await world.existing();
    expect(await world.accounts.connect(ownerOf(third.id), arrival, {})).toEqual({ ok: false, reason: 'taken' });
  });

  it('refuses an upstream that is not configured, a disabled account and a subject that is no key', async () => {
    const account = await world.existing();
    const gone = arrivalOf(undefined, 'absent', { upstreamId: 'gone' });
    expect(await world.accounts.connect(ownerOf(account.id), gone, {})).toMatchObject({ ok: false });
    const odd = arrivalOf(undefined, 'absent', { subject: 'a\0b' });
    expect(await world.accounts.connect(ownerOf(account.id), odd, {})).toEqual({ ok: false, reason: 'unusable' });
    await world.disable(account.id);
    const late = await world.accounts.connect(ownerOf(account.id), arrivalOf(undefined, 'absent'), {});
    expect(late).toEqual({ ok: false, reason: 'disabled' });
  });
});

describe('undoJoin', () => {
  const tokenOf = async (account: Account) => {
    const mail = (await world.mailsTo(account.address ?? freshAddress())).find(({ subject }) =>
      subject.startsWith('identity-linked'),
    );
    return new URL(JSON.parse(mail?.text ?? '').link, 'https://x.example').searchParams.get('token') ?? '';
  };
  const undo = (token: string) => world.accounts.undoJoin(token, occasion, async (_within, accountId) => accountId);

  it('takes the identity away for exactly one of many presses, even when it is the last way in', async () => {
    const account = await accountWith('google');
    const token = await tokenOf(account);
    const undone = await Promise.all(Array.from({ length: 8 }, () => undo(token)));
    expect(undone.filter((id) => id !== undefined)).toEqual([account.id]);
    expect(await upstreamsOf(account)).toEqual([]);
  });

  it('waits for whoever holds the account in no circle', async () => {
    const account = await accountWith('google');
    const token = await tokenOf(account);
    let undone: ReturnType<typeof undo> | undefined;
    await world.database.knex.transaction(async (within) => {
      await world.accounts.hold(within, account.id);
      undone = undo(token);
      await somebodyWaits(within);
      await world.accounts.links.drop(within, { accountId: account.id }, ['undo-identity']);
    });
    expect(await undone).toBeUndefined();
    expect(await upstreamsOf(account)).toEqual(['google']);
  });

  it('is undone itself when what follows fails', async () => {
    const account = await accountWith('google');
    const token = await tokenOf(account);
    const failing = world.accounts.undoJoin(token, occasion, async () => {
      throw new Error('the database is away');
    });
    await expect(failing).rejects.toThrow('away');
    expect(await upstreamsOf(account)).toEqual(['google']);
    expect(await undo(token)).toBe(account.id);
  });

  it('counts still when whoever connected it has disconnected it, and touches no other owner of the identity', async () => {
    const [account, other] = [await accountWith('google', 'facebook'), await world.existing()];
    const identity = (await world.accounts.identities.listOf(account.id)).find((one) => one.upstreamId === 'google');
    if (!identity) throw new Error('no identity');
    const tokens = (await world.mailsTo(account.address ?? freshAddress()))
      .map(({ text }) => JSON.parse(text))
      .filter(({ upstream }) => upstream === 'Upstream google');
    await world.accounts.disconnect(account.id, 'google', occasion);
    const { issuer, subject, upstreamId } = identity;
    await world.accounts.connect(ownerOf(other.id), { upstreamId, identity: { issuer, subject }, locale: 'en' }, {});
    const token = new URL(tokens[0].link, 'https://x.example').searchParams.get('token') ?? '';
    expect(await undo(token)).toBe(account.id);
    expect(await upstreamsOf(other)).toEqual(['google']);
  });

  it('takes no link of another purpose, and none that was never mailed', async () => {
    const account = await accountWith('google');
    const link = { accountId: account.id, purpose: 'undo-deletion' as const, payload: {}, seconds: 60 };
    const token = await world.accounts.links.issue(world.database.knex, link);
    expect(await undo(token)).toBeUndefined();
    expect(await undo('made-up')).toBeUndefined();
    expect(await upstreamsOf(account)).toEqual(['google']);
  });
});
