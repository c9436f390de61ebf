import type { Grant } from '../grants.ts';
import { json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong } from '../shape.ts';

/** LINE Login 2.1 on its real paths. Shapes as in https://developers.line.biz/en/reference/line-login/, November 2026. */
export const line: Shape = {
  prefix: 'line',
  name: 'LINE',
  paths: {
    authorize: '/oauth2/v2.1/authorize',
    token: '/oauth2/v2.1/token',
    keys: '/oauth2/v2.1/certs',
    revoke: '/oauth2/v2.1/revoke',
    discovery: '/.well-known/openid-configuration',
  },
  pkce: 'optional',
  scopes: { known: ['openid', 'profile', 'email'], delimiter: ' ', required: 'openid' },
  state: 'required',
  pages: {
    redirect_uri: '400 Bad Request: Invalid redirect_uri value. Check if it is registered in a LINE developers site.',
  },
  returned: { scope: 'INVALID_SCOPE' },
  callback: () => ({ friendship_status_changed: 'false' }),
  cancelled: { error: 'ACCESS_DENIED', error_description: 'The user canceled the authorization' },
  client: 'post',
  tokens: { prefix: 'eyJ', type: 'Bearer', expires_in: 2_592_000, refresh: 'l' },
  tokenError,
  idToken: {
    issuer: 'https://access.line.me',
    nonce: 'echoed',
    claims: claimsOf,
    // Web channels sign with the channel secret, the app on a phone with a key.
    alg: ({ persona }) => (persona.native ? 'ES256' : 'HS256'),
    keySet: ({ keys }) => ({ keys: keys.filter(({ kty }) => kty === 'EC') }),
  },
  // No address here: that stands in the ID token only.
  resources: { 'GET /oauth2/v2.1/userinfo': ({ grant }) => json(200, userOf(grant)) },
};

function claimsOf({ persona, scope }: Grant): Record<string, unknown> {
  const { given_name: name, picture, email } = persona;
  return {
    amr: ['linesso'],
    ...(scope.includes('profile') ? { name, ...(picture ? { picture } : {}) } : {}),
    ...(scope.includes('email') && email !== undefined ? { email } : {}),
  };
}

function userOf({ persona: { subject: sub, given_name: name, picture } }: Grant): Record<string, unknown> {
  return { sub, name, ...(picture ? { picture } : {}) };
}

function tokenError(wrong: TokenWrong): Answer {
  const refused = (error: string, error_description: string) => json(400, { error, error_description });
  if (wrong === 'client' || wrong === 'secret') return refused('invalid_client', 'invalid client_id or client_secret');
  if (wrong === 'redirect_uri') return refused('invalid_grant', 'redirect_uri does not match');
  return refused('invalid_grant', wrong === 'verifier' ? 'code_verifier does not match' : 'invalid authorization code');
}
