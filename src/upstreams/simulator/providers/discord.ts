import type { Grant } from '../grants.ts';
import { json } from '../provider.ts';
import type { Shape } from '../shape.ts';

const ISSUER = 'https://discord.com';

/** Discord on its real paths, with and without a version. Shapes as in https://docs.discord.com/developers/topics/oauth2, November 2026. */
export const discord: Shape = {
  prefix: 'discord',
  name: 'Discord',
  paths: {
    authorize: '/api/oauth2/authorize',
    token: '/api/oauth2/token',
    revoke: '/api/oauth2/token/revoke',
    keys: '/api/oauth2/keys',
    discovery: '/.well-known/openid-configuration',
  },
  canonical: (path) => path.replace(/^\/api\/v\d+\//, '/api/').replace(/^\/oauth2\//, '/api/oauth2/'),
  pkce: 'optional',
  scopes: { known: ['identify', 'email', 'openid'], delimiter: ' ', required: 'identify' },
  pages: { redirect_uri: 'Invalid OAuth2 redirect_uri' },
  returned: { scope: 'invalid_scope' },
  callback: () => ({ iss: ISSUER }),
  cancelled: {
    error: 'access_denied',
    error_description: 'The resource owner or authorization server denied the request',
    iss: ISSUER,
  },
  client: 'either',
  tokens: { prefix: '', type: 'Bearer', expires_in: 604_800, refresh: 'D' },
  idToken: { issuer: ISSUER, nonce: 'echoed', claims: () => ({}) },
  resources: { 'GET /api/users/@me': ({ grant }) => json(200, userOf(grant)) },
  unauthorized: () => json(401, { message: '401: Unauthorized', code: 0 }),
};

/** The address may be null; the picture is a hash out of which an address is built. */
function userOf({ persona, scope }: Grant): Record<string, unknown> {
  const { id, subject, given_name, picture = null, email = null, email_verified = false } = persona;
  const address = email === null ? { email } : { email, verified: email_verified };
  return {
    id: subject,
    username: id,
    discriminator: '0',
    global_name: given_name,
    avatar: picture,
    locale: 'en-US',
    mfa_enabled: false,
    ...(scope.includes('email') ? { verified: false, ...address } : {}),
  };
}
