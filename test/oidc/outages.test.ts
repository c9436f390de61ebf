import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { protocolSettings } from '../../src/oidc/index.ts';
import { secretToken } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { faults, layFaultyLine, type Fault, type FaultyLine } from '../support/database_faults.ts';
import { keepAda, storedAccounts } from './stored_accounts.ts';
import {
  agent,
  authorize,
  begin,
  CLIENTS,
  login,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  token,
  type Agent,
  type Answer,
  type World,
} from './support.ts';

const TV = { client_id: 'tv', name: 'TV', type: 'device' as const };
const ALERTS = {
  client_id: 'alerts',
  client_secret: SECRET,
  grant_types: ['urn:openid:params:grant-type:ciba'],
  response_types: [],
  backchannel_token_delivery_mode: 'poll',
};

/** Something that is asked of the issuer: what is prepared for it, and the question itself. */
type Asked = () => Promise<() => Promise<Answer>>;

describe('whatever becomes of PostgreSQL under a statement', () => {
  let own: Awaited<ReturnType<typeof testDatabase>>;
  let line: FaultyLine;
  let database: Database;
  let world: World;
  let browser: Agent;
  beforeAll(async () => {
    own = await testDatabase();
    line = await layFaultyLine(own.url);
    database = openDatabase({ url: line.url }, { poolSize: 2 });
    world = await openWorld({
      database,
      clients: [...CLIENTS, TV, ALERTS],
      deps: {
        accounts: storedAccounts(database),
        protocol: protocolSettings.parse({ ciba: { delivery: ['poll'] } }),
        asked: { find: async () => undefined, tell: async () => async () => {}, told() {} },
      },
    });
    await keepAda(own.database);
    browser = agent(world.issuer);
    await signIn(browser);
  });
  afterAll(async () => {
    await world.close();
    await database.close();
    await line.close();
    await own.drop();
  });

  const pageOf = async () => {
    const visitor = agent(world.issuer);
    return { visitor, ...(await begin(visitor)) };
  };
  const say = (visitor: Agent, page: string, result: object) => visitor.post(page, { result: JSON.stringify(result) });
  const askDevice = () => agent(world.issuer).post('/oidc/device', { client_id: 'tv', scope: 'openid' });
  const tokens = async () => (await redeem(world.issuer, parameter(await browser.get(authorize()), 'code'))).json;

  const asked: Record<string, Asked> = {
    'an authorization without a session': async () => () => agent(world.issuer).get(authorize()),
    'an authorization with a session': async () => () => browser.get(authorize()),
    async 'the page of a prompt'() {
      const { visitor, page } = await pageOf();
      return () => visitor.get(page);
    },
    async 'what somebody says there'() {
      const { visitor, page } = await pageOf();
      return () => say(visitor, page, login());
    },
    async 'the way on from there'() {
      const { visitor, page } = await pageOf();
      const { location = '' } = await say(visitor, page, login());
      return () => visitor.get(location);
    },
    async 'what somebody allows'() {
      const { location: page = '' } = await browser.get(authorize({ client_id: 'shop', prompt: 'consent' }));
      return () => say(browser, page, { consent: true });
    },
    async 'the redemption of a code'() {
      const code = parameter(await browser.get(authorize()), 'code');
      return () => redeem(world.issuer, code);
    },
    async 'the redemption of a refresh token'() {
      const { refresh_token: given } = await tokens();
      return () => refresh(world.issuer, String(given));
    },
    'client credentials': async () => () => token(world.issuer, { client_id: 'job', grant_type: 'client_credentials' }),
    async userinfo() {
      const { access_token: access } = await tokens();
      return () => browser.get('/oidc/userinfo', { authorization: `Bearer ${String(access)}` });
    },
    'a pushed request': async () => () =>
      agent(world.issuer).post('/oidc/par', {
        ...Object.fromEntries(new URL(authorize(), world.issuer).searchParams),
        client_secret: SECRET,
      }),
    'a device that asks for a code': async () => askDevice,
    'the form for the code of a device': async () => () => browser.get('/device'),
    async 'the code of a device'() {
      const { user_code: code } = (await askDevice()).json;
      const { xsrf } = (await browser.get('/device')).json;
      return () => browser.post('/device', { xsrf: String(xsrf), user_code: String(code) }, { accept: 'text/html' });
    },
    // Nobody is asked too often: each time it is somebody else.
    'a request for somebody elsewhere': async () => () =>
      agent(world.issuer).post('/oidc/ciba', {
        client_id: 'alerts',
        client_secret: SECRET,
        scope: 'openid',
        login_hint: `${secretToken()}@acme.example`,
      }),
    'a sign-out': async () => () => browser.get('/oidc/logout'),
    async introspection() {
      const { access_token: access } = await tokens();
      const fields = { client_id: 'wiki', client_secret: SECRET, token: String(access) };
      return () => browser.post('/oidc/introspect', fields);
    },
  };

  /** What is answered when the piece of this number meets a fault, and whether there was one. */
  async function answerTo(prepare: Asked, fault: Fault, piece: number, ready = async () => {}) {
    const ask = await prepare();
    await ready();
    line.arm(fault, piece);
    const { status, headers } = await ask();
    // An answer of ours, and not the bare word of a status.
    const ours = !headers.get('content-type')?.startsWith('text/plain');
    return { struck: line.disarm(), status, again: headers.get('retry-after'), ours };
  }
  const reconnecting = async () => {
    await line.cut();
    await line.restore();
  };

  it.each(Object.entries(asked))('answers %s or says 503, and answers it afterwards', async (_name, prepare) => {
    for (const fault of faults) {
      const told = [await answerTo(prepare, fault, 1, reconnecting)];
      for (let piece = 1; told.length === 1 || told.at(-1)?.struck; piece += 1)
        told.push(await answerTo(prepare, fault, piece));
      const failed = told.filter(({ status }) => status >= 400).map(({ status, again, ours }) => [status, again, ours]);
      expect({ fault: fault.name, failed }).toEqual({ fault: fault.name, failed: failed.map(() => [503, '5', true]) });
      expect(failed.length).toBeGreaterThan(0);
      expect(told.at(-1)?.status).toBeLessThan(400);
    }
  });
});
