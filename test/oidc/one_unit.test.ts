import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VisitResult } from '../../src/oidc/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import {
  agent,
  authorize,
  begin,
  login,
  openWorld,
  parameter,
  redeem,
  signIn,
  type Agent,
  type World,
} from './support.ts';

const DAYS_14 = 14 * 86_400;

describe('what an authorization writes', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  /** Answers a page, and does not go on yet. */
  const say = (browser: Agent, page: string, result: VisitResult) =>
    browser.post(page, { result: JSON.stringify(result) });
  const count = async (table: string): Promise<number> => (await world.database.knex(table)).length;
  const without = async (table: string, work: () => Promise<void>): Promise<void> => {
    await world.database.knex.raw('alter table ?? rename to away', [table]);
    try {
      await work();
    } finally {
      await world.database.knex.raw('alter table away rename to ??', [table]);
    }
  };

  it('is one way back to the app, however many come with the same page at once', async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser);
    const { location = '' } = await say(browser, page, login());
    const before = [await count('sessions'), await count('authorization_codes')];
    const answers = await Promise.all(Array.from({ length: 16 }, () => browser.get(location)));
    const won = answers.filter(({ status }) => status === 303);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(15);
    expect([await count('sessions'), await count('authorization_codes')]).toEqual(before.map((n) => n + 1));
    const [first] = won;
    expect(first && (await redeem(world.issuer, parameter(first, 'code'))).status).toBe(200);
  });

  it('is nothing when a part of it cannot be kept: no cookie, no code, and the same request works later', async () => {
    const browser = agent(world.issuer);
    const { page, visit } = await begin(browser);
    const { location = '' } = await say(browser, page, login());
    const before = [await count('sessions'), await count('interactions')];
    await without('authorization_codes', async () => {
      const failed = await browser.get(location);
      expect([failed.status, failed.location]).toEqual([500, undefined]);
      expect(failed.headers.getSetCookie()).toEqual([]);
    });
    expect([await count('sessions'), await count('interactions')]).toEqual(before);
    const typesOf = () => world.events.filter(({ reference }) => reference === visit.reference).map(({ type }) => type);
    expect(typesOf()).not.toContain('oidc.visit_returned');
    const again = await browser.get(location);
    expect((await redeem(world.issuer, parameter(again, 'code'))).status).toBe(200);
    expect(typesOf()).toContain('oidc.visit_returned');
  });

  it('is the session only where something in it is new, or a twentieth of its life is gone', async () => {
    const browser = agent(world.issuer);
    await signIn(browser);
    const { accountId: owner } = (await browser.get('/session')).json;
    const version = async () => {
      const { rows } = await world.database.knex.raw<{ rows: { xmin: string }[] }>(
        'select string_agg(xmin::text, $$ $$ order by uid) as xmin from sessions where account_id = ?',
        [String(owner)],
      );
      return rows[0]?.xmin;
    };
    const first = await version();
    expect((await browser.get(authorize())).location).toContain('code=');
    expect(await version()).toBe(first);
    // Another app takes part in the session.
    expect((await browser.get(authorize({ client_id: 'old' }))).location).toContain('code=');
    const second = await version();
    expect(second).not.toBe(first);
    pass(0.04 * DAYS_14);
    expect((await browser.get(authorize())).location).toContain('code=');
    expect(await version()).toBe(second);
    pass(0.02 * DAYS_14);
    expect((await browser.get(authorize())).location).toContain('code=');
    expect(await version()).not.toBe(second);
    useRealClock();
  });

  it.each(['access_tokens', 'refresh_tokens'])(
    'is no token that anybody hears of when %s cannot be kept',
    async (table) => {
      const code = parameter(await signIn(agent(world.issuer)), 'code');
      await without(table, async () => {
        const failed = await redeem(world.issuer, code);
        expect([failed.status, Object.keys(failed.json)]).toEqual([500, ['error', 'error_description']]);
      });
    },
  );

  it('sends nobody to a page that was not kept', async () => {
    const before = await count('interactions');
    await without('visits', async () => {
      const failed = await agent(world.issuer).get(authorize());
      expect([failed.status, failed.location]).toEqual([500, undefined]);
      expect(failed.headers.getSetCookie()).toEqual([]);
    });
    expect(await count('interactions')).toBe(before);
  });

  it('is no login whose proof is of an epoch that is over, and can still be one of the present', async () => {
    const at = new Date();
    const account = { id: 'ada', origin: 'signup', created_at: at, updated_at: at, proof_epoch: 1 };
    await world.database.knex('accounts').insert(account);
    const browser = agent(world.issuer);
    const { page } = await begin(browser);
    const provenIn = (proofEpoch: number) =>
      say(browser, page, { login: { accountId: 'ada', amr: ['pwd'], remember: false, proofEpoch } });
    expect((await provenIn(0)).status).toBe(400);
    expect(await provenIn(1)).toMatchObject({ status: 303 });
  });

  it('gives a consent and the grant it stands for together', async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser, { client_id: 'shop' });
    const { location: back = '' } = await say(browser, page, login('cleo'));
    const { location: consent = '' } = await browser.get(back);
    await without('grants', async () => {
      const failed = await say(browser, consent, { consent: true });
      expect(failed.status).toBe(500);
    });
    const { location = '' } = await say(browser, consent, { consent: true });
    expect((await browser.get(location)).location).toContain('code=');
  });
});
