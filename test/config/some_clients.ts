import fc from 'fast-check';
import { stringify } from 'yaml';
import type { ClientInput } from '../../src/clients/index.ts';
import type { Settings } from '../../src/config/index.ts';
import { load } from './world.ts';

const EC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const SECRET = 'a-secret-of-some-client-0123456789';
const HASH = '4c5dc9b7708905f77f5e5d16316b5dfb425e68cb326dcd55a860e90a7707031e';

/** Values that a key of a client may be given: right ones, and ones that are right beside few others. */
const values: Record<string, unknown[]> = {
  name: ['Some app', ''],
  client_secret: [SECRET, 'short'],
  client_secrets: [
    [{ value: SECRET }],
    [{ sha256: HASH }],
    [{ sha256: HASH }, { value: SECRET, expires_at: '2099-01-01' }],
    [{}],
  ],
  first_party: [true, false, 'yes'],
  require_pkce: [true, false],
  require: ['none', 'mfa', 'totp'],
  upstreams: [['local'], ['nobody']],
  allow: [{ domains: ['acme.example'] }, {}],
  lifetimes: [{ access_token: '5m' }, { authorization_code: '10m' }],
  client_uri: ['https://app.acme.example/', 'http://app.acme.example/'],
  post_logout_redirect_uris: [['https://app.acme.example/bye'], ['https://*.acme.example/']],
  backchannel_logout_uri: ['https://app.acme.example/backchannel', 'app'],
  token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none', 'basic'],
  token_endpoint_auth_signing_alg: ['ES256', 'RS256', 'HS256'],
  jwks: [{ keys: [EC_KEY] }, { keys: [{ ...EC_KEY, d: 'x' }] }, 'here'],
  jwks_uri: ['https://app.acme.example/keys', 'here'],
  id_token_signed_response_alg: ['RS256', 'ES256', 'PS512'],
  grant_types: [
    ['authorization_code', 'refresh_token'],
    ['client_credentials'],
    ['authorization_code', 'client_credentials'],
    ['password'],
  ],
  response_types: [['code'], [], ['token']],
  response_modes: [['query'], ['form_post'], ['jwt']],
  application_type: ['web', 'native', 'mobile'],
  subject_type: ['public', 'pairwise'],
  scope: ['openid email', 'openid offline_access', 'emial'],
  default_max_age: [3600, -1, '1h'],
  default_acr_values: [['mfa'], ['gold']],
  contacts: [['app@acme.example'], ['nobody']],
  require_auth_time: [true, 'true'],
  require_pushed_authorization_requests: [true, false],
  initiate_login_uri: ['https://app.acme.example/login', 'login'],
};

const types = fc.constantFrom('web', 'spa', 'native', 'service', 'device', 'mcp');
const redirects = fc.constantFrom(
  ['https://app.acme.example/callback'],
  ['http://127.0.0.1/callback'],
  ['com.acme.app:/callback'],
  undefined,
);

/** What somebody might write about a client: a type, what it usually needs, and up to three more things. */
const someClient = fc
  .tuple(
    types,
    redirects,
    fc.boolean(),
    fc.subarray(Object.keys(values), { maxLength: 3 }),
    fc.infiniteStream(fc.nat(99)),
  )
  .map(([type, redirect_uris, secret, keys, draws]) => {
    const needed = ['web', 'service'].includes(type) && secret ? { client_secret: SECRET } : {};
    // The right value of a key stands first, and is taken more often.
    const chosen = keys.map((key) => {
      const list = values[key] ?? [];
      const draw = draws.next().value;
      return [key, list[draw < 85 ? 0 : draw % list.length]];
    });
    return { type, ...(redirect_uris && { redirect_uris }), ...needed, ...Object.fromEntries(chosen) };
  });

/** Lists of such clients, each under an id of its own. */
export const someClients = fc
  .array(someClient, { minLength: 1, maxLength: 12 })
  .map((clients) =>
    clients.map((client, index): Record<string, unknown> => ({ client_id: `app-${index}`, ...client })),
  );

/** Those of these clients in which the check finds no mistake, as written and as settings. That they are right together is its promise. */
export async function rightOnes(
  clients: readonly Record<string, unknown>[],
): Promise<{ written: ClientInput[]; settings: Settings }> {
  const check = (list: readonly Record<string, unknown>[]) =>
    load(stringify({ issuer: 'http://localhost:3000', mode: 'development', clients: list }));
  const first = await check(clients);
  const mistakes = first.ok ? [] : first.mistakes;
  const wrong = new Set(mistakes.map(({ key }) => Number(/^clients\[(\d+)\]/.exec(key)?.[1])));
  const right = clients.filter((_client, index) => !wrong.has(index));
  const second = await check(right);
  if (!second.ok) throw new Error(JSON.stringify(second.mistakes));
  return { written: right as ClientInput[], settings: second.settings }; // the check has just read them
}
