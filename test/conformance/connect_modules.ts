// The modules of the plans of OpenID Connect, by the suite's names and in its order.

const scopes = ['profile', 'email', 'address', 'phone', 'all'].map((scope) => `oidcc-scope-${scope}`);
/** The three ways to ask userinfo. */
export const userinfo = ['get', 'post-header', 'post-body'].map((way) => `oidcc-userinfo-${way}`);
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
/** The one module whose client posts its secret. */
export const POST = 'oidcc-server-client-secret-post';
const PKCE = 'oidcc-ensure-request-with-valid-pkce-succeeds';

/** The Basic table. */
export const basic = [
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

/** The Implicit table, once for each response type. */
export const implicit = [
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
export const hybrid = (nonce: 'fails' | 'succeeds-for-code-flow', first: boolean) => [
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

/** The Dynamic table for a response type. */
export function dynamicFor(responseType: string): string[] {
  const left = new Set([
    // An unsigned ID token may come from the token endpoint only (OIDC Core 2).
    ...(responseType === 'code' ? [] : ['oidcc-idtoken-unsigned']),
    ...(responseType.includes('code') ? [] : NEEDS_CODE),
    ...(responseType === 'id_token' ? ['oidcc-userinfo-rs256'] : []),
  ]);
  return dynamic.filter((module) => !left.has(module));
}

/** RP-Initiated Logout. */
export const logout = [
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

/** How apps are told of a logout: over this channel. */
export const logoutOf = (channel: string) => [
  `oidcc-${channel}-logout-discovery-endpoint-verification`,
  `oidcc-${channel}-rp-initiated-logout`,
];
