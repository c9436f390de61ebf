import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'koa';
import { clientSettings, openClients, type ClientInput } from '../../src/clients/index.ts';
import type { Database } from '../../src/database/index.ts';
import type { SecurityEvent } from '../../src/events/index.ts';
import { openKeys, type Keys } from '../../src/keys/index.ts';
import { createLogger } from '../../src/kit/logger.ts';
import {
  lifetimeSettings,
  openOidc,
  protocolSettings,
  resourceSettings,
  type DirectoryEntry,
  type Oidc,
  type OidcDeps,
  type Visit,
  type VisitResult,
} from '../../src/oidc/index.ts';
import { brandSettings, createWeb, type Web, type WebDeps } from '../../src/web/index.ts';
import { limitSettings, openRateLimits } from '../../src/rate_limits/index.ts';
import { testDatabase } from '../support/database.ts';
import { keySchedule } from '../support/key_schedule.ts';
import { API, CLIENTS } from './test_clients.ts';

export * from './agent.ts';
export * from './flows.ts';
export * from './test_clients.ts';

/** One engine over one database, with the real plumbing and the plainest pages. */
export interface World {
  issuer: string;
  port: number;
  oidc: Oidc;
  web: Web;
  database: Database;
  keys: Keys;
  accounts: Map<string, DirectoryEntry>;
  events: SecurityEvent[];
  /** What the engine asked the outside world. */
  outbound: { url: string; body: string }[];
  /** Resolves when it is so; asks the database in between. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Resolves when every app was told. */
  told(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  clients?: ClientInput[];
  deps?: Partial<OidcDeps>;
  /** How the plumbing differs from a process that nothing stands in front of. */
  plumbing?: Partial<Pick<WebDeps, 'http' | 'certificateHeaders'>>;
  database?: Database;
  encryptionKey?: Buffer;
  /** Another process of the same issuer: requests name it in their Host header. */
  issuer?: string;
}

/** Opens a world on a free port of localhost. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const own = options.database ? undefined : await testDatabase();
  const database = options.database ?? own?.database;
  if (!database) throw new Error('no database');
  const server = createServer();
  const port = await listenOnFreePort(server);
  const issuer = options.issuer ?? `http://localhost:${port}`;
  const events: SecurityEvent[] = [];
  const record = async (event: SecurityEvent) => void events.push(event);
  const keys = await openKeys({
    database,
    encryptionKeys: [options.encryptionKey ?? randomBytes(32)],
    schedule: keySchedule,
    record,
  });
  const web = createWeb({
    issuer,
    mode: 'development',
    brand: brandSettings.parse({}),
    http: { trusted_hops: 0 },
    cookieKeys: keys.cookieKeys,
    formKey: keys.derive('forms'),
    record,
    logger: createLogger('silent'),
    probes: [],
    ...options.plumbing,
  });
  const accounts = new Map(['ada', 'bob', 'cleo', 'dan', 'eve'].map((id) => [id, account(id)]));
  const outbound: World['outbound'] = [];
  const oidc = openOidc({
    issuer,
    database,
    keys,
    clients: openClients({ settings: (options.clients ?? CLIENTS).map((client) => clientSettings.parse(client)) }),
    web,
    accounts: { find: async (id) => accounts.get(id), groupsOf: () => [], forgetProofs: async () => {} },
    record,
    async recordDeed(deed, told) {
      const done = await (options.deps?.database ?? database).together(deed);
      if (done) events.push(...told);
      return done;
    },
    lifetimes: lifetimeSettings.parse({}),
    protocol: protocolSettings.parse({}),
    require: 'none',
    resources: [resourceSettings.parse({ id: API, scopes: ['read', 'write'] })],
    pages: plainLogoutPages,
    devicePages: plainDevicePages,
    asked: { find: async () => undefined, tell: async () => async () => {}, told() {} },
    outboundFetch: async (url, init) => {
      const { body } = init ?? {};
      outbound.push({ url: new Request(url).url, body: body instanceof URLSearchParams ? body.toString() : '' });
      return new Response(null, { status: 200 });
    },
    strangers: {
      loopback: () => false,
      fetch: async (url, init) => {
        throw new Error(`nobody asks a stranger at ${new Request(url, init).url} here`);
      },
    },
    limits: openRateLimits({ database, limits: () => limitSettings.parse({}), hashKey: randomBytes(32), record }),
    logger: createLogger('silent'),
    ...options.deps,
  });
  mountPlainPages(web, oidc);
  oidc.start();
  server.on('request', (request, response) => void web.app.callback()(request, response));
  const world: World = {
    issuer,
    port,
    oidc,
    web,
    database,
    keys,
    accounts,
    events,
    outbound,
    async until(condition) {
      while (!(await condition())) await database.ping();
    },
    told: () => world.until(async () => (await database.knex('logout_notices')).length === 0),
    async close() {
      await oidc.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await own?.drop();
    },
  };
  return world;
}

function account(id: string): DirectoryEntry {
  const claims = { name: id, email: `${id}@acme.example`, email_verified: true, updated_at: 1_700_000_000 };
  return { id, usable: true, secondStep: false, claims: () => claims };
}

async function listenOnFreePort(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return (server.address() as AddressInfo).port;
}

const plainLogoutPages: OidcDeps['pages'] = {
  async question(ctx, page) {
    ctx.body = { page: 'question', ...page };
  },
  async signedOut(ctx, page) {
    ctx.body = { page: 'signed-out', ...page };
  },
};

const plainDevicePages: OidcDeps['devicePages'] = {
  async enter(ctx, page) {
    ctx.body = { page: 'enter', ...page };
  },
  async confirm(ctx, page) {
    ctx.body = { page: 'confirm', ...page };
  },
  async done(ctx, how) {
    ctx.body = { page: how };
  },
};

/** The page of every prompt shows the visit as JSON; what is posted is its result. */
function mountPlainPages(web: Web, oidc: Oidc): void {
  const handler = {
    async show(ctx: Context, visit: Visit) {
      ctx.body = visit;
    },
    async submit(ctx: Context, visit: Visit) {
      const { result = '{}' } = await web.rawForm(ctx);
      const said = JSON.parse(result) as VisitResult & { abort?: true };
      ctx.status = 303;
      ctx.set('Location', said.abort ? await oidc.abort(visit, 'access_denied') : await oidc.finish(visit, said));
    },
  };
  web.router.get('/interaction/:uid', async (ctx) => handler.show(ctx, await oidc.current(ctx)));
  web.router.post('/interaction/:uid', async (ctx) => handler.submit(ctx, await oidc.current(ctx)));
  web.router.get('/interaction/:uid/restart', async (ctx) => {
    ctx.body = { url: await oidc.restart(ctx, ctx.query['prompt'] ? { prompt: String(ctx.query['prompt']) } : {}) };
  });
  web.router.get('/session', async (ctx) => {
    ctx.body = (await oidc.session(ctx)) ?? {};
  });
  web.use(oidc.middleware);
}
