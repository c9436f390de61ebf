import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/index.ts';
import { sha256 } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { countWaits, type WaitCounter } from '../support/wait_counter.ts';
import { keepAda, storedAccounts } from './stored_accounts.ts';
import {
  agent,
  authorize,
  login,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  token,
  type Agent,
  type World,
} from './support.ts';

/** How often each operation may wait for the database, one wait after the other. */
const TABLE = {
  discovery: 0,
  jwks: 0,
  'client credentials': 1,
  userinfo: 1,
  'introspection of an access token': 1,
  'introspection of a refresh token': 1,
  'authorize with session': 2,
  'code redemption': 3,
  'refresh token redemption': 3,
  'authorize without session': 1,
  'login page': 1,
  'login answer': 2,
  'login resume': 4,
};

describe('how often a request waits for the database', () => {
  let own: Awaited<ReturnType<typeof testDatabase>>;
  let counter: WaitCounter;
  let world: World;
  let browser: Agent;
  const asked: string[] = [];
  beforeAll(async () => {
    own = await testDatabase();
    counter = countWaits(own.database);
    const run: Database['run'] = (statement, values) => {
      asked.push(statement.name);
      return counter.database.run(statement, values);
    };
    const database = { ...counter.database, run };
    world = await openWorld({ database, deps: { accounts: storedAccounts(database) } });
    world.web.app.middleware.unshift(counter.middleware);
    await keepAda(own.database);
    browser = agent(world.issuer);
    await signIn(browser);
  });
  afterAll(async () => {
    await world.close();
    await own.drop();
  });

  it('is, for each operation, exactly so often', async () => {
    const seen: Record<string, number> = {};
    const counted = async <Result extends { status: number }>(name: keyof typeof TABLE, work: Promise<Result>) => {
      const answer = await work;
      seen[name] = counter.waits();
      expect(answer.status).toBeLessThan(400);
      return answer;
    };
    await counted('discovery', browser.get('/.well-known/openid-configuration'));
    await counted('jwks', browser.get('/oidc/jwks'));
    await counted('client credentials', token(world.issuer, { client_id: 'job', grant_type: 'client_credentials' }));

    const code = parameter(await counted('authorize with session', browser.get(authorize())), 'code');
    const first = await counted('code redemption', redeem(world.issuer, code));
    const tokens = await counted(
      'refresh token redemption',
      refresh(world.issuer, String(first.json['refresh_token'])),
    );
    const bearer = { authorization: `Bearer ${String(tokens.json['access_token'])}` };
    const person = await counted('userinfo', browser.get('/oidc/userinfo', bearer));
    expect(person.json['email']).toBe('ada@acme.example');
    for (const [name, kind] of [
      ['introspection of an access token', 'access_token'],
      ['introspection of a refresh token', 'refresh_token'],
    ] as const) {
      const shown = { client_id: 'wiki', client_secret: SECRET, token: String(tokens.json[kind]) };
      expect((await counted(name, browser.post('/oidc/introspect', shown))).json['active']).toBe(true);
    }

    const newcomer = agent(world.issuer);
    const begun = await counted('authorize without session', newcomer.get(authorize()));
    const page = begun.location ?? '';
    await counted('login page', newcomer.get(page));
    const said = await counted('login answer', newcomer.post(page, { result: JSON.stringify(login()) }));
    const back = await counted('login resume', newcomer.get(said.location ?? ''));
    expect(back.location).toContain('code=');
    expect(seen).toEqual(TABLE);
  });

  it('is for a token in the one table that its length names, for one of an older release in all of them', async () => {
    const { json } = await redeem(world.issuer, parameter(await browser.get(authorize()), 'code'));
    const service = await token(world.issuer, { client_id: 'job', grant_type: 'client_credentials' });
    const introspect = async (shown: unknown) => {
      asked.length = 0;
      const fields = { client_id: 'wiki', client_secret: SECRET, token: String(shown) };
      const answer = await browser.post('/oidc/introspect', fields);
      return { active: answer.json['active'], asked: asked.filter((name) => name.endsWith('_find')).toSorted() };
    };
    const all = ['access_tokens_find', 'client_credentials_find', 'refresh_tokens_find'];
    expect(await introspect(json['access_token'])).toEqual({ active: true, asked: [all[0]] });
    expect((await introspect(service.json['access_token'])).asked).toEqual([all[1]]);
    expect(await introspect(json['refresh_token'])).toEqual({ active: true, asked: [all[2]] });
    expect(await introspect('x'.repeat(40))).toEqual({ active: false, asked: [] });
    const older = 'x'.repeat(43);
    expect(await introspect(older)).toEqual({ active: false, asked: all });
    const id = sha256(String(json['access_token']));
    await own.database
      .knex('access_tokens')
      .where({ id })
      .update({ id: sha256(older) });
    expect(await introspect(older)).toEqual({ active: true, asked: all });
  });
});
