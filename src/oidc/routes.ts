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
} as const;

/** Where the question "Sign out?" is answered; the library derives it. */
export const logoutConfirmation = `${routes.end_session}/confirm`;

/** The paths that reach the library: these and no other spelling of them (its router ignores case and a trailing slash). */
export const servedPaths: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  ...Object.values(routes),
  logoutConfirmation,
  `${routes.end_session}/success`,
]);

/**
 * Seconds for which our key set may be kept. The next key is in it for hours before it signs; a key that was dropped is believed
 * for no longer than this by an app that asks again.
 */
export const KEY_SET_SECONDS = 600;

/** Bytes of a query: as many as a form may have. What an authorization request says is kept for a day. */
export const LONGEST_REQUEST = 8192;
