import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { protocolSettings } from '../../src/oidc/index.ts';
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
];

describe('discovery', () => {
  it.each(ROWS.map(([change, adds]) => [JSON.stringify(change), change, adds] as const))(
    'announces with %s what it adds, and nothing without it',
    async (_name, change, adds) => {
      expect(difference(await announced(OFF), await announced({ ...OFF, ...change }))).toEqual(adds);
    },
  );
});

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
