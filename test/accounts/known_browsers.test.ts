import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account } from '../../src/accounts/account.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { accountsWorld, freshAddress, freshVisit, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await accountsWorld();
});
afterEach(() => {
  useRealClock();
  world.settings.tellOfNewDevices = true;
});
afterAll(() => world.close());

const browser = () => ({ browserHash: freshVisit().browserHash, locale: 'en' as const, reference: 'AAAAA-BBBBB' });
/** As the end of a visit does it. */
async function signIn(
  account: Account,
  used: ReturnType<typeof browser>,
  within: Pick<World, 'accounts' | 'database'> = world,
) {
  const { deed, afterwards } = within.accounts.noteSignIn(account, used);
  await within.database.together(deed);
  await afterwards();
}
const mailsOf = async (account: Account) => (await world.mailsTo(account.address ?? freshAddress())).length;

describe('a sign-in', () => {
  it('is told by mail on another browser than before, and never the first time of all', async () => {
    const account = await world.existing({ locale: 'ko' });
    const [first, second] = [browser(), browser()];
    for (const used of [first, first]) await signIn(account, used);
    expect(await mailsOf(account)).toBe(0);
    for (const used of [second, first, second]) await signIn(account, used);
    const mails = await world.mailsTo(account.address ?? freshAddress());
    expect(mails).toMatchObject([{ subject: 'new-device ko', text: '{"link":"/account/activity"}' }]);
  });

  it('is told once when it comes many times at once, from two processes', async () => {
    const account = await world.existing();
    const second = world.second();
    await signIn(account, browser());
    const other = browser();
    await Promise.all(Array.from({ length: 10 }, (_, at) => signIn(account, other, at % 2 ? second : world)));
    expect(await mailsOf(account)).toBe(1);
    await second.database.close();
  });

  it('says nothing of another account on the same browser', async () => {
    const [account, other] = [await world.existing(), await world.existing()];
    const shared = browser();
    for (const person of [account, other]) await signIn(person, shared);
    expect([await mailsOf(account), await mailsOf(other)]).toEqual([0, 0]);
  });

  it('is not told where the config says so, and the browser is known all the same', async () => {
    const account = await world.existing();
    const used = browser();
    world.settings.tellOfNewDevices = false;
    for (const one of [browser(), used]) await signIn(account, one);
    world.settings.tellOfNewDevices = true;
    await signIn(account, used);
    expect(await mailsOf(account)).toBe(0);
  });

  it('is told after years without any, because the newest browser of an account is never forgotten', async () => {
    const account = await world.existing();
    await signIn(account, browser());
    pass(86_400);
    await signIn(account, browser());
    pass(401 * 86_400);
    await sweepRoom(world.database, world.accounts);
    const kept = await world.database.knex('known_browsers').where({ account_id: account.id });
    expect(kept).toHaveLength(1);
    useRealClock();
    await signIn(account, browser());
    expect(await mailsOf(account)).toBe(2);
  });

  it('is forgotten in steps, however many there are', async () => {
    const account = await world.existing();
    await world.database.knex.raw(
      `insert into known_browsers select ?, 'old ' || n, ?::timestamptz + n * interval '1 millisecond'
       from generate_series(1, 5003) as n`,
      [account.id, new Date(0)],
    );
    expect(await sweepRoom(world.database, world.accounts)).toBeGreaterThanOrEqual(5002);
    expect(await world.database.knex('known_browsers').where({ account_id: account.id })).toHaveLength(1);
  });
});
