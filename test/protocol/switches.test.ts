import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ProtocolFeature } from '../../src/oidc/features/feature.ts';
import { features } from '../../src/oidc/features/index.ts';
import { protocolSettings, type ProtocolSettings } from '../../src/oidc/index.ts';
import { routes } from '../../src/oidc/routes.ts';
import { agent, openWorld, type World } from '../oidc/support.ts';

type Protocol = z.input<typeof protocolSettings>;

/** Nothing but signing in with a code. */
const OFF: Protocol = {
  response_types: ['code'],
  form_post: false,
  claims_parameter: false,
  client_credentials: false,
  device_flow: false,
  pushed_requests: false,
  dpop: false,
  introspection: false,
  revocation: false,
  rp_initiated_logout: false,
  backchannel_logout: false,
  resource_indicators: false,
  client_authentication: ['private_key_jwt'],
};

const SHAPE = (z.toJSONSchema(protocolSettings, { io: 'input' }).properties ?? {}) as Record<
  string,
  { description?: string; default?: unknown } // as zod writes JSON Schema
>;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** The discovery document under these settings, the same at both places. */
async function announced(protocol: Protocol): Promise<Record<string, unknown>> {
  world.oidc.rebuild({ protocol: protocolSettings.parse(protocol) });
  const browser = agent(world.issuer);
  const { json, text } = await browser.get('/.well-known/openid-configuration');
  expect((await browser.get('/.well-known/oauth-authorization-server')).json).toEqual(json);
  return JSON.parse(text.replaceAll(world.issuer, ''));
}

/** What a list has more, and every other member that is new or another one. */
function difference(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  expect(Object.keys(before).filter((key) => !(key in after))).toEqual([]);
  const changed = Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
  return Object.fromEntries(changed.map((key) => [key, more(before[key], after[key])]));
}

function more(before: unknown, after: unknown): unknown {
  if (!Array.isArray(before) || !Array.isArray(after)) return after;
  expect(before.filter((each) => !after.includes(each))).toEqual([]);
  return after.filter((each) => !before.includes(each));
}

/** What each switch adds to the documents, in the order of `protocol:`. */
const ROWS: [change: Protocol, adds: Record<string, unknown>][] = [
  [{ form_post: true }, { response_modes_supported: ['form_post'] }],
  [{ claims_parameter: true }, { claims_parameter_supported: true }],
  [{ client_credentials: true }, { grant_types_supported: ['client_credentials'] }],
  [
    { device_flow: true },
    {
      device_authorization_endpoint: '/oidc/device',
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code'],
    },
  ],
  [{ pushed_requests: true }, { pushed_authorization_request_endpoint: '/oidc/par' }],
  [
    { pushed_requests: 'required' },
    { pushed_authorization_request_endpoint: '/oidc/par', require_pushed_authorization_requests: true },
  ],
  [{ dpop: true }, { dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'] }],
  [{ introspection: true }, { introspection_endpoint: '/oidc/introspect' }],
  [{ revocation: true }, { revocation_endpoint: '/oidc/revoke' }],
  [{ rp_initiated_logout: true }, { end_session_endpoint: '/oidc/logout' }],
  [{ backchannel_logout: true }, { backchannel_logout_supported: true, backchannel_logout_session_supported: true }],
  [{ resource_indicators: true }, {}],
  [{ client_authentication: ['private_key_jwt', 'none'] }, { token_endpoint_auth_methods_supported: ['none'] }],
  [
    { ciba: { delivery: ['poll', 'ping'] } },
    {
      backchannel_authentication_endpoint: '/oidc/ciba',
      backchannel_token_delivery_modes_supported: ['poll', 'ping'],
      backchannel_user_code_parameter_supported: true,
      grant_types_supported: ['urn:openid:params:grant-type:ciba'],
    },
  ],
  [
    { client_authentication: ['private_key_jwt', 'client_secret_jwt'] },
    {
      token_endpoint_auth_methods_supported: ['client_secret_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['HS256'],
    },
  ],
  [
    { response_types: ['code', 'code id_token', 'id_token token', 'none'] },
    {
      response_types_supported: ['code id_token', 'id_token token', 'none'],
      grant_types_supported: ['implicit'],
    },
  ],
  [
    { request_objects: true },
    {
      request_parameter_supported: true,
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
  ],
  [
    { request_objects: 'required' },
    {
      request_parameter_supported: true,
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      require_signed_request_object: true,
    },
  ],
  [
    { jwt_responses: true },
    {
      response_modes_supported: ['jwt', 'query.jwt', 'fragment.jwt'],
      authorization_signing_alg_values_supported: ['RS256', 'ES256'],
    },
  ],
  [
    { introspection: true, jwt_introspection: true },
    {
      introspection_endpoint: '/oidc/introspect',
      introspection_signing_alg_values_supported: ['RS256', 'ES256'],
    },
  ],
  [{ jwt_userinfo: true }, { userinfo_signing_alg_values_supported: ['RS256', 'ES256'] }],
  [{ pairwise_subjects: true }, { subject_types_supported: ['pairwise'] }],
  [{ token_exchange: true }, { grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'] }],
  [
    { rich_authorization_requests: { types: { payment: { label: 'Pay', fields: {} } } } },
    { authorization_details_types_supported: ['payment'] },
  ],
  [
    { encryption: true },
    {
      id_token_encryption_alg_values_supported: [
        'RSA-OAEP-256',
        'ECDH-ES',
        'ECDH-ES+A128KW',
        'ECDH-ES+A256KW',
        'A256GCMKW',
        'dir',
      ],
      id_token_encryption_enc_values_supported: ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'],
    },
  ],
  [
    { mutual_tls: { methods: ['self_signed_tls_client_auth'] } },
    {
      tls_client_certificate_bound_access_tokens: true,
      token_endpoint_auth_methods_supported: ['self_signed_tls_client_auth'],
    },
  ],
  [
    { mutual_tls: { methods: [], endpoints: 'https://mtls.acme.example' } },
    {
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: 'https://mtls.acme.example/oidc/token',
        userinfo_endpoint: 'https://mtls.acme.example/oidc/userinfo',
      },
    },
  ],
  [{ registration: {} }, { registration_endpoint: '/oidc/register' }],
  [{ client_id_metadata: { allow: ['apps.example'] } }, { client_id_metadata_document_supported: true }],
];

describe('discovery', () => {
  it.each(ROWS.map(([change, adds]) => [JSON.stringify(change), change, adds] as const))(
    'announces with %s what it adds, and nothing without it',
    async (_name, change, adds) => {
      expect(difference(await announced(OFF), await announced({ ...OFF, ...change }))).toEqual(adds);
    },
  );
});

/** Of a switch of which several members change, not only grow. */
const FURTHER: Protocol[] = [{ fapi: 'security-profile' }];

describe('mtls_endpoint_aliases', () => {
  it('names every endpoint that takes a certificate while it is served (RFC 8705 5)', async () => {
    const aliases = async (change: Protocol) => {
      const mutual_tls = { methods: [], endpoints: 'https://mtls.acme.example' };
      const { mtls_endpoint_aliases: named } = await announced({ ...OFF, ...change, mutual_tls });
      return Object.keys(named as object); // what the document says
    };
    const always = ['token_endpoint', 'userinfo_endpoint'];
    expect(await aliases({ device_flow: true })).toEqual([...always, 'device_authorization_endpoint']);
    expect(await aliases({ ciba: {} })).toEqual([...always, 'backchannel_authentication_endpoint']);
    expect(await aliases({ pushed_requests: true, introspection: true, revocation: true })).toEqual([
      ...always,
      'introspection_endpoint',
      'revocation_endpoint',
      'pushed_authorization_request_endpoint',
    ]);
  });
});

describe('docs/protocol.md', () => {
  it('is the table of the code, with every switch that does something', async () => {
    const file = new URL('../../docs/protocol.md', import.meta.url);
    const before = await announced(OFF);
    const rows = await inTurn(features.filter(isSwitched), async (feature) => {
      const change = [...ROWS.map(([row]) => row), ...FURTHER].find((row) => Object.keys(row).at(-1) === feature.key);
      if (!change) throw new Error(`no row says what ${feature.key} announces`);
      const after = await announced({ ...OFF, ...change });
      return rowOf(feature, [...changedMembers(before, after)]);
    });
    const table = [
      ...PROSE,
      '| switch | default | what | specification | discovery | a client says |',
      '|---|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, table);
    expect(readFileSync(file, 'utf8')).toBe(table);
  });
});

const PROSE = [
  '# The protocol',
  '',
  'What is offered to apps, each with its switch in the `protocol:` block of the config. What is off is neither served nor announced:',
  'its path answers 404, its values are refused as unknown, and `./gatehouse config check` says of every client that counts on it which',
  'switch it needs. `required` demands a feature of every app. Our own pages and the demo work with any of them off.',
  '',
  'A change is taken over by `SIGHUP` or by saving the file; no restart.',
  '',
  'What people trip over:',
  '',
  '- A token for an API is a JWT with that one audience, and userinfo refuses it. Name the API as `resource` in the authorization request',
  '  and again in the token request; without it there you get the token for userinfo. One refresh token brings both, in turn.',
  '- `claims` are granted like scopes: people are asked, unless the app is `first_party`.',
  '- An essential `acr` that is not `mfa` or `phr` is refused at once.',
  '- `fapi: security-profile` wins over the keys that it touches, and takes clients with a secret, or without one, out of use.',
  '',
  'Made from `src/oidc/features` by `test/protocol/switches.test.ts`; `UPDATE_DOCS=1 npm test` writes it anew.',
  '',
];

function isSwitched(feature: ProtocolFeature): feature is ProtocolFeature & { key: keyof ProtocolSettings } {
  return feature.key !== undefined;
}

function changedMembers(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
}

function rowOf(feature: ProtocolFeature & { key: keyof ProtocolSettings }, members: string[]): string {
  const { description = '', default: fallback } = SHAPE[feature.key] ?? {};
  const chosen = [...(feature.chosenBy ?? []), ...(feature.clientKeys ?? []), ...(feature.grantTypes ?? [])];
  const what = description.replace(/ \([^()]*\)([.;])/, '$1');
  const names = (list: string[]) => list.map((name) => `\`${name}\``).join(', ');
  const value = Array.isArray(fallback) ? `[${fallback.join(', ')}]` : String(fallback);
  return `| \`${feature.key}\` | \`${value}\` | ${what} | ${feature.specification} | ${names(members)} | ${names(chosen)} |`;
}

/** One after the other: they share one engine. */
async function inTurn<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

describe('a feature that is off', () => {
  it('answers like a path that nobody knows, and is there again when it is switched on', async () => {
    const browser = agent(world.issuer);
    const paths = [routes.introspection, routes.revocation, routes.pushed_authorization_request];
    const statuses = () => Promise.all(paths.map(async (path) => (await browser.post(path, {})).status));
    world.oidc.rebuild({ protocol: protocolSettings.parse(OFF) });
    expect(await statuses()).toEqual([404, 404, 404]);
    world.oidc.rebuild({ protocol: protocolSettings.parse({}) });
    expect(await statuses()).toEqual([400, 400, 400]);
  });
});
