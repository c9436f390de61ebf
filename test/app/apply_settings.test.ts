import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { openApp, type App } from '../../src/app/index.ts';
import { formatMistakes, loadConfig, type Settings } from '../../src/config/index.ts';
import { createLogger } from '../../src/kit/logger.ts';
import { listen } from '../../src/web/index.ts';
import { folderWith } from '../config/world.ts';
import { certify } from '../support/certificates.ts';
import { testDatabase } from '../support/database.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { deviceApp, requestOf } from '../support/limited_apps.ts';

const ISSUER = 'http://localhost:3000';
const API = 'https://api.acme.example';
const secrets = { encryption_key: [randomBytes(32)], subject_salt: randomBytes(32) };

const certificate = encodeURIComponent(certify().cert);

/** An app of this process that serves. */
interface Served {
  app: App;
  port: number;
  stop(): Promise<void>;
}

let world: Awaited<ReturnType<typeof testDatabase>>;
let folder: ReturnType<typeof folderWith>;

beforeAll(async () => {
  world = await testDatabase();
  folder = folderWith({ 'gatehouse.yaml': '', 'huge.svg': ' '.repeat(600 * 1024) });
});
afterAll(async () => {
  folder.remove();
  await world.drop();
});

async function serve(settings: Settings): Promise<Served> {
  const config = () => ({ hash: '' });
  const app = await openApp({ settings, secrets, config, database: world.database, logger: createLogger('silent') });
  const port = await freePortPair();
  const server = await listen({ app: app.web.app, port, host: '127.0.0.1' });
  return { app, port, stop: () => server.close().then(() => app.close()) };
}

/** What a file says, as the server reads it while it runs by `inForce`. */
function load(content: string, inForce?: Settings) {
  writeFileSync(join(folder.path, 'gatehouse.yaml'), content);
  return loadConfig({ GATEHOUSE_CONFIG: 'gatehouse.yaml' }, folder.path, inForce);
}

async function settingsOf(file: object): Promise<Settings> {
  const loaded = await load(stringify(file));
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.settings;
}

interface Wish {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function ask(port: number, path: string, { method = 'GET', headers = {}, body = '' }: Wish = {}) {
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: 'localhost:3000', ...headers } });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]; // as Node says
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** What a stranger can see of a server, where nothing is by chance. */
async function behaviourOf({ port }: Served): Promise<object> {
  const begun = await ask(port, requestOf(ISSUER, 'wiki').url.slice(ISSUER.length));
  const cookie = (begun.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const page = async (behind: string) =>
    (await ask(port, `${begun.headers.location ?? '/'}${behind}`, { headers: { cookie } })).body;
  const [login, signUp] = begun.status === 303 ? [await page(''), await page('/signup')] : ['', ''];
  const redeem = async (client: string, rest = '', headers: Record<string, string> = {}) => {
    const { body } = await ask(port, '/oidc/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: `grant_type=client_credentials&client_id=${client}&client_secret=the-secret-of-the-batch-app${rest}`,
    });
    return lifetimeIn(body);
  };
  return {
    known: begun.status,
    title: /<title>(.*?)<\/title>/.exec((await ask(port, '/')).body)?.[1],
    look: /\/assets\/look-\w+\.css/.exec((await ask(port, '/')).body)?.[0],
    upstreams: [...login.matchAll(/data-upstream="(\w+)"/g)].map(([, id]) => id),
    signUp: login.includes('/signup'),
    rule: /minlength: \d+/.exec(signUp)?.[0],
    token: await redeem('batch'),
    api: await redeem('batch', `&resource=${API}`),
    bound: await redeem('bound', '', { 'x-client-certificate': certificate }),
    contact: /Contact: .*/.exec((await ask(port, '/.well-known/security.txt')).body)?.[0],
    discovery: JSON.parse((await ask(port, '/.well-known/openid-configuration')).body),
  };
}

function lifetimeIn(body: string): unknown {
  const { error, expires_in } = JSON.parse(body);
  return error ?? expires_in;
}

const base = {
  issuer: ISSUER,
  mode: 'development',
  http: { trusted_hops: 1 },
  mail: { from: 'Acme <no-reply@acme.example>' },
};
const google = { id: 'google', preset: 'google', client_id: 'id', client_secret: 'secret' };
const github = { id: 'github', preset: 'github', client_id: 'id', client_secret: 'secret' };
const batch = (secret: string) => ({ client_id: 'batch', type: 'service', client_secret: secret });
const bound = {
  ...batch('the-secret-of-the-batch-app'),
  client_id: 'bound',
  tls_client_certificate_bound_access_tokens: true,
};
const statements = { types: { statement: { label: 'See your statements', fields: {} } } };

/** Files that are right, each of which shows in something that a stranger can see. */
const files = fc.record({
  brand: fc.constantFrom(
    { name: 'Acme' },
    { name: 'Globex', accent: '#aa3300', support: 'help@globex.example' },
    { name: 'Acme', privacy: 'https://acme.example/privacy' },
  ),
  clients: fc.constantFrom(
    [],
    [deviceApp('wiki')],
    [deviceApp('wiki', ['google', 'local']), batch('the-secret-of-the-batch-app')],
    [deviceApp('wiki'), batch('another-secret-of-the-batch-app')],
  ),
  upstreams: fc.constantFrom([google], [google, github], [google, { ...github, enabled: false }]),
  resources: fc.constantFrom([], [{ id: API, scopes: ['read'], access_token_ttl: '7m' }]),
  signup: fc.constantFrom({ allow: 'open' }, { allow: 'closed' }),
  passwords: fc.constantFrom({ min_length: 15 }, { min_length: 20 }),
  lifetimes: fc.constantFrom({ access_token: '1h' }, { access_token: '9m' }),
  protocol: fc.constantFrom<{ mutual_tls?: object; [name: string]: unknown }>(
    { revocation: false },
    { device_flow: false, token_exchange: true, ciba: { delivery: ['ping'] } },
    { registration: {}, client_id_metadata: { allow: ['client.example'] }, rich_authorization_requests: statements },
    { mutual_tls: {} },
    { mutual_tls: { certificate_header: 'x-other-certificate' } },
  ),
});

/** Whose certificate is looked at, as long as somebody tells it. */
const right: fc.Arbitrary<object> = files.map((file) =>
  allowed(file.protocol.mutual_tls ? { ...file, clients: [...file.clients, bound] } : file),
);

/** A service gets tokens for an API that there is, and that names it. */
function allowed(file: Record<string, unknown> & { clients: readonly object[]; resources: readonly object[] }): object {
  if (file.resources.length === 0) return file;
  const isService = (client: object) => 'type' in client && client.type === 'service';
  const name = (client: object) => (isService(client) ? { ...client, resources: { [API]: ['read'] } } : client);
  return { ...file, clients: file.clients.map(name) };
}

/** One in which everything differs from what the server starts with. */
const other = allowed({
  brand: { name: 'Globex', accent: '#aa3300', support: 'help@globex.example' },
  clients: [deviceApp('wiki'), batch('the-secret-of-the-batch-app'), bound],
  upstreams: [google, github],
  resources: [{ id: API, scopes: ['read'], access_token_ttl: '7m' }],
  signup: { allow: 'open' },
  passwords: { min_length: 20 },
  lifetimes: { access_token: '9m' },
  protocol: { mutual_tls: {}, token_exchange: true, rich_authorization_requests: statements },
});

/** Ways to spoil a file that was right: none of it may be taken then. */
const spoilt = fc.constantFrom(
  (file: object) => `${stringify(file)}: : :`,
  (file: object) => stringify({ ...file, brandd: {} }),
  (file: object) => stringify({ ...file, http: { port: 4001, trusted_hops: 1 } }),
  (file: object) => stringify({ ...file, brand: { name: 'Huge', logo: './huge.svg' } }),
  (file: object) => stringify({ ...file, clients: [deviceApp('wiki'), deviceApp('wiki')] }),
);

const step = fc.record({ file: right, spoil: fc.option(spoilt, { nil: undefined }) });

describe('settings that change while everything serves', () => {
  it('leave a server behind that does what a fresh one does by the last file that was right', async () => {
    let inForce = await settingsOf(base);
    const running = await serve(inForce);
    const take = async ({ file, spoil }: { file: object; spoil?: (file: object) => string }) => {
      const whole = { ...base, ...file };
      const loaded = await load(spoil?.(whole) ?? stringify(whole), inForce);
      expect(loaded.ok || spoil !== undefined).toBe(true);
      if (!loaded.ok) return;
      const taken = await running.app.apply(loaded.settings).then(
        () => true,
        () => false,
      );
      expect(taken).toBe(spoil === undefined);
      if (taken) inForce = loaded.settings;
    };
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
          for (const one of steps) await take(one);
          const fresh = await serve(inForce);
          try {
            expect(await behaviourOf(running)).toEqual(await behaviourOf(fresh));
          } finally {
            await fresh.stop();
          }
        }),
        { numRuns: 8, examples: [[[{ file: other, spoil: undefined }]]] },
      );
    } finally {
      await running.stop();
    }
  });
});
