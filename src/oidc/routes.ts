/** Where the endpoints are, by the library's names for them. */
export const routes = {
  authorization: '/oidc/authorize',
  token: '/oidc/token',
  userinfo: '/oidc/userinfo',
  jwks: '/oidc/jwks',
  end_session: '/oidc/logout',
  introspection: '/oidc/introspect',
  revocation: '/oidc/revoke',
  pushed_authorization_request: '/oidc/par',
  device_authorization: '/oidc/device',
  code_verification: '/device',
  backchannel_authentication: '/oidc/ciba',
  registration: '/oidc/register',
} as const;

/** An endpoint, as the library calls it. */
export type RouteName = keyof typeof routes;

/** Where the question "Sign out?" is answered; the library derives it. */
export const logoutConfirmation = `${routes.end_session}/confirm`;

/** Both have the same members. */
export const discoveryPaths: readonly string[] = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

/**
 * Seconds for which our key set may be kept, and what we tell of ourselves. The next key is in it for hours before it signs; a
 * key that was dropped is believed for no longer than this by an app that asks again.
 */
export const DOCUMENT_SECONDS = 600;

/** Bytes of a query: as many as a form may have. What an authorization request says is kept for a day. */
export const LONGEST_REQUEST = 8192;

/** Whether a path is one of these, and no other spelling of it: the library's router ignores case and a trailing slash. */
export function matcherOf(paths: readonly string[]): (path: string) => boolean {
  const exact = new Set(paths.filter((path) => !path.includes(':')));
  const patterns = paths
    .filter((path) => path.includes(':'))
    .map((path) => new RegExp(`^${path.replaceAll(/:\w+/g, '[A-Za-z0-9_-]{1,200}')}$`));
  return (path) => exact.has(path) || patterns.some((pattern) => pattern.test(path));
}
