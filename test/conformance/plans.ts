import type { Profile } from './behind_tls.ts';
import type { ClientAuthentication, Variant } from './run.ts';

/** One module as a plan has it. */
export interface Row {
  module: string;
  variant: Variant;
}

/** A plan of the suite. */
export interface Plan {
  /** What people type. */
  name: string;
  /** The suite's own name, and what is chosen in its menu. */
  suite: string;
  choices: string;
  /** The configuration that it is played against. */
  profile: Profile;
  rows: Row[];
}

/** Modules that only exist where clients register themselves. */
const DYNAMIC_ONLY: ReadonlySet<string> = new Set([
  'oidcc-idtoken-signature',
  'oidcc-idtoken-unsigned',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
]);

const scopes = ['profile', 'email', 'address', 'phone', 'all'].map((scope) => `oidcc-scope-${scope}`);
const userinfo = ['get', 'post-header', 'post-body'].map((way) => `oidcc-userinfo-${way}`);
const display = ['oidcc-display-page', 'oidcc-display-popup'];
const hints = [
  'oidcc-prompt-login',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-prompt-none-logged-in',
  'oidcc-max-age-1',
  'oidcc-max-age-10000',
  'oidcc-ensure-request-with-unknown-parameter-succeeds',
  'oidcc-id-token-hint',
  'oidcc-login-hint',
  'oidcc-ui-locales',
  'oidcc-claims-locales',
  'oidcc-ensure-request-with-acr-values-succeeds',
];
const reuse = ['oidcc-codereuse', 'oidcc-codereuse-30seconds'];
const objects = [
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
];
const lastOfCode = ['oidcc-claims-essential', 'oidcc-ensure-request-object-with-redirect-uri', 'oidcc-refresh-token'];
const POST = 'oidcc-server-client-secret-post';
const PKCE = 'oidcc-ensure-request-with-valid-pkce-succeeds';

const basic = [
  'oidcc-server',
  'oidcc-response-type-missing',
  'oidcc-idtoken-signature',
  'oidcc-idtoken-unsigned',
  ...userinfo,
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
  ...scopes,
  'oidcc-alternate-happy-flow',
  ...display,
  ...hints,
  ...reuse,
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-ensure-post-request-succeeds',
  POST,
  ...objects,
  ...lastOfCode,
  PKCE,
];

const implicit = [
  'oidcc-server',
  'oidcc-idtoken-signature',
  'oidcc-ensure-request-without-nonce-fails',
  ...scopes,
  'oidcc-alternate-happy-flow',
  ...display,
  ...hints,
  'oidcc-ensure-registered-redirect-uri',
  ...objects,
  'oidcc-ensure-request-object-with-redirect-uri',
  'oidcc-claims-essential',
];

/** One run of the hybrid table; what need not be repeated for each response type is only in the first. */
const hybrid = (nonce: 'fails' | 'succeeds-for-code-flow', first: boolean) => [
  'oidcc-server',
  ...(first ? ['oidcc-response-type-missing'] : []),
  'oidcc-idtoken-signature',
  ...userinfo,
  `oidcc-ensure-request-without-nonce-${nonce}`,
  ...scopes,
  ...(first ? ['oidcc-alternate-happy-flow'] : []),
  ...display,
  ...hints,
  ...reuse,
  'oidcc-ensure-registered-redirect-uri',
  POST,
  ...objects,
  ...lastOfCode,
  ...(first ? [PKCE] : []),
];

const dynamic = [
  'oidcc-idtoken-rs256',
  'oidcc-idtoken-unsigned',
  'oidcc-userinfo-rs256',
  'oidcc-ensure-redirect-uri-in-authorization-request',
  'oidcc-redirect-uri-query-OK',
  'oidcc-redirect-uri-query-mismatch',
  'oidcc-redirect-uri-query-added',
  'oidcc-redirect-uri-regfrag',
  'oidcc-discovery-endpoint-verification',
  'oidcc-server',
  'oidcc-registration-logo-uri',
  'oidcc-registration-policy-uri',
  'oidcc-registration-tos-uri',
  'oidcc-registration-jwks-uri',
  'oidcc-registration-sector-uri',
  'oidcc-registration-sector-bad',
  'oidcc-server-rotate-keys',
  'oidcc-refresh-token-rp-key-rotation',
  'oidcc-request-uri-unsigned',
  'oidcc-request-uri-signed-rs256',
  'oidcc-ensure-request-object-with-redirect-uri',
  'oidcc-refresh-token',
  'oidcc-ensure-client-assertion-with-iss-aud-succeeds',
];

/** What the dynamic plan leaves out where there is no code, or no access token. */
const NEEDS_CODE = [
  'oidcc-refresh-token-rp-key-rotation',
  'oidcc-refresh-token',
  'oidcc-ensure-client-assertion-with-iss-aud-succeeds',
];

function dynamicFor(responseType: string): string[] {
  const left = new Set([
    // An unsigned ID token may come from the token endpoint only (OIDC Core 2).
    ...(responseType === 'code' ? [] : ['oidcc-idtoken-unsigned']),
    ...(responseType.includes('code') ? [] : NEEDS_CODE),
    ...(responseType === 'id_token' ? ['oidcc-userinfo-rs256'] : []),
  ]);
  return dynamic.filter((module) => !left.has(module));
}

/** Of plain_fapi, with private_key_jwt and DPoP, in the suite's order. */
const fapi = [
  'discovery-end-point-verification',
  'happy-flow',
  'user-rejects-authentication',
  'ensure-authorization-request-without-state-success',
  'ensure-authorization-request-without-nonce-success',
  'ensure-authorization-request-with-64-char-nonce-success',
  'ensure-other-scope-order-succeeds',
  'test-claims-parameter-identity-claims',
  'access-token-type-header-case-sensitivity',
  'check-dpop-proof-nbf-exp',
  'ensure-dpopproof-with-iat-10seconds-before-succeeds',
  'ensure-dpopproof-with-iat-10seconds-after-succeeds',
  'ensure-mismatched-dpop-jkt-fails',
  'ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt',
  'ensure-token-endpoint-fails-with-mismatched-dpop-jkt',
  'ensure-dpopproof-at-par-endpoint-binding-success',
  'ensure-dpop-auth-code-binding-success',
  'ensure-different-nonce-inside-and-outside-request-object',
  'ensure-different-state-inside-and-outside-request-object',
  'ensure-authorization-request-with-long-nonce',
  'ensure-authorization-request-with-long-state',
  'state-only-outside-request-object-not-used',
  'ensure-request-object-without-redirect-uri-fails',
  'plain-fapi-tolerate-unregistered-redirect-uri',
  'ensure-unsigned-authorization-request-without-using-par-fails',
  'ensure-redirect-uri-in-authorization-request',
  'ensure-response-type-code-idtoken-fails',
  'ensure-response-type-token-fails',
  'ensure-client-id-in-token-endpoint',
  'ensure-holder-of-key-required',
  'ensure-authorization-code-is-bound-to-client',
  'attempt-reuse-authorization-code-after-one-second',
  'ensure-token-endpoint-fails-with-expired-auth-code',
  'ensure-signed-client-assertion-with-RS256-fails',
  'ensure-client-assertion-in-token-endpoint',
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails',
  'ensure-client-assertion-with-wrong-aud-fails',
  'ensure-client-assertion-with-no-sub-fails',
  'dpop-negative-tests',
  'refresh-token',
  'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds',
  'par-attempt-reuse-request_uri',
  'par-attempt-to-use-expired-request_uri',
  'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted',
  'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails',
  'par-attempt-to-use-request_uri-for-different-client',
  'par-authorization-request-containing-request_uri-form-param',
  'par-attempt-invalid-http-method',
  'par-ensure-pkce-required',
  'ensure-pkce-code-verifier-required',
  'incorrect-pkce-code-verifier-rejected',
  'par-plain-pkce-rejected',
  'par-without-duplicate-parameters',
  'par-test-array-as-audience-fails',
  'par-test-par-endpoint-url-as-audience-fails',
  'par-test-token-endpoint-url-as-audience-fails',
].map((module) => `fapi2-security-profile-final-${module}`);

const logout = [
  'oidcc-rp-initiated-logout-discovery-endpoint-verification',
  'oidcc-rp-initiated-logout',
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-modified-id-token-hint',
  'oidcc-rp-initiated-logout-no-id-token-hint',
  'oidcc-rp-initiated-logout-no-params',
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-no-state',
  'oidcc-rp-initiated-logout-only-state',
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
  'oidcc-rp-initiated-logout-bad-id-token-hint',
];

type Registration = Variant['registration'];
type Tables = [responseType: string, modules: string[]][];

const CODE: Tables = [['code', basic]];
const IMPLICIT: Tables = [
  ['id_token', implicit],
  ['id_token token', [...implicit, ...userinfo, 'oidcc-response-type-missing']],
];
const HYBRID: Tables = [
  ['code id_token', hybrid('fails', true)],
  ['code token', hybrid('succeeds-for-code-flow', false)],
  ['code id_token token', hybrid('fails', false)],
];

function rowsOf(
  tables: Tables,
  registration: Registration,
  { responseMode = 'default', authentication = 'client_secret_basic' }: Partial<Variant> = {},
): Row[] {
  return tables.flatMap(([responseType, modules]) =>
    modules
      .filter((module) => registration === 'dynamic' || !DYNAMIC_ONLY.has(module))
      .map((module) => {
        const own: ClientAuthentication = module === POST ? 'client_secret_post' : authentication;
        return { module, variant: { responseType, responseMode, authentication: own, registration } };
      }),
  );
}

/** A plan of response types, once for each way of registration. */
function core(name: string, tables: Tables, responseMode: Variant['responseMode']): Bare[] {
  const formPost = responseMode === 'form_post';
  return (['static', 'dynamic'] as const).map((registration) => ({
    name: `${formPost ? 'formpost-' : ''}${name}${registration === 'static' ? '-static' : ''}`,
    suite: `oidcc-${formPost ? 'formpost-' : ''}${name}-certification-test-plan`,
    choices: `${registration}_client`,
    rows: rowsOf(tables, registration, { responseMode }),
  }));
}

type Bare = Omit<Plan, 'profile'>;

const cores: [string, Tables][] = [
  ['basic', CODE],
  ['implicit', IMPLICIT],
  ['hybrid', HYBRID],
];

const ofConnect: Bare[] = [
  {
    name: 'config',
    suite: 'oidcc-config-certification-test-plan',
    choices: '',
    rows: rowsOf([['code', ['oidcc-discovery-endpoint-verification']]], 'static'),
  },
  ...cores.flatMap(([name, tables]) => core(name, tables, 'default')),
  ...cores.flatMap(([name, tables]) => core(name, tables, 'form_post')),
  ...['code', ...HYBRID.map(([type]) => type), ...IMPLICIT.map(([type]) => type)].map((type) => ({
    name: `dynamic-${type.replaceAll(' ', '-')}`,
    suite: 'oidcc-dynamic-certification-test-plan',
    choices: `response_type=${type}`,
    rows: rowsOf([[type, dynamicFor(type)]], 'dynamic', { authentication: 'private_key_jwt' }),
  })),
  {
    name: '3rdparty-init-login',
    suite: 'oidcc-3rdparty-init-login-certification-test-plan',
    choices: 'response_type=code',
    rows: rowsOf([['code', ['oidcc-3rd_party-init-login', 'oidcc-3rd_party-init-login-nohttps']]], 'dynamic'),
  },
  {
    name: 'rp-initiated-logout',
    suite: 'oidcc-rp-initiated-logout-certification-test-plan',
    choices: 'static_client, response_type=code',
    rows: rowsOf([['code', logout]], 'static'),
  },
  {
    name: 'backchannel-logout',
    suite: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
    choices: 'static_client, response_type=code',
    rows: rowsOf(
      [['code', ['oidcc-backchannel-logout-discovery-endpoint-verification', 'oidcc-backchannel-rp-initiated-logout']]],
      'static',
    ),
  },
];

/** The plans that we play, in the order in which they are. */
export const plans: Plan[] = [
  ...ofConnect.map((plan) => ({ ...plan, profile: 'conformance' as const })),
  {
    name: 'fapi2-security-profile',
    suite: 'fapi2-security-profile-final-test-plan',
    choices: 'plain_fapi, openid_connect, private_key_jwt, dpop',
    profile: 'conformance-fapi',
    rows: rowsOf([['code', fapi]], 'static', { authentication: 'private_key_jwt' }),
  },
];
