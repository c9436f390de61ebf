import type { Grant } from '../grants.ts';
import { json } from '../provider.ts';
import type { Shape } from '../shape.ts';
import { rfcTokenError } from '../token_error.ts';

const ISSUER = 'https://accounts.google.com';

/** Google on its real paths. Shapes as in https://developers.google.com/identity/openid-connect/openid-connect, November 2026. */
export const google: Shape = {
  prefix: 'google',
  name: 'Google',
  paths: {
    authorize: '/o/oauth2/v2/auth',
    token: '/token',
    keys: '/oauth2/v3/certs',
    revoke: '/revoke',
    discovery: '/.well-known/openid-configuration',
  },
  pkce: 'optional',
  scopes: { known: ['openid', 'email', 'profile'], delimiter: ' ', required: 'openid' },
  callback: ({ scope, persona }) => ({
    iss: ISSUER,
    scope: scope.join(' '),
    authuser: '0',
    prompt: 'consent',
    ...(persona.hosted_domain === undefined ? {} : { hd: persona.hosted_domain }),
  }),
  cancelled: { error: 'access_denied' },
  client: 'either',
  tokens: { prefix: 'ya29.', type: 'Bearer', expires_in: 3599 },
  tokenError: (wrong) =>
    wrong === 'redirect_uri'
      ? json(400, { error: 'redirect_uri_mismatch', error_description: 'Bad Request' })
      : rfcTokenError(wrong),
  idToken: { issuer: ISSUER, nonce: 'echoed', claims: claimsOf },
  resources: {
    'GET /v1/userinfo': ({ grant }) => json(200, { sub: grant.persona.subject, ...claimsOf(grant) }),
  },
};

/** What the scopes give away. */
export function claimsOf({ scope, persona }: Grant): Record<string, unknown> {
  const { name, given_name, family_name, picture, email, email_verified, hosted_domain: hd } = persona;
  return {
    ...(scope.includes('profile') ? { name, given_name, family_name, ...(picture ? { picture } : {}) } : {}),
    ...(scope.includes('email') && email !== undefined ? { email, email_verified } : {}),
    ...(hd === undefined ? {} : { hd }),
  };
}
