import { epochSeconds } from '../../../kit/clock.ts';
import type { Grant } from '../grants.ts';
import { json } from '../provider.ts';
import type { Shape } from '../shape.ts';

/** GitLab on its real paths. Shapes as in https://docs.gitlab.com/integration/openid_connect_provider/, November 2026. */
export const gitlab: Shape = {
  prefix: 'gitlab',
  name: 'GitLab',
  paths: {
    authorize: '/oauth/authorize',
    token: '/oauth/token',
    keys: '/oauth/discovery/keys',
    revoke: '/oauth/revoke',
    discovery: '/.well-known/openid-configuration',
  },
  pkce: 'optional',
  scopes: { known: ['openid', 'profile', 'email', 'read_user'], delimiter: ' ', required: 'openid' },
  pages: {
    client:
      'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
    redirect_uri: 'The redirect URI included is not valid.',
  },
  returned: { scope: 'invalid_scope', pkce: 'invalid_request', response_type: 'unsupported_response_type' },
  cancelled: {
    error: 'access_denied',
    error_description: 'The resource owner or authorization server denied the request.',
  },
  client: 'either',
  tokens: { prefix: '', type: 'Bearer', expires_in: 7200, refresh: 'g' },
  // The ID token says little more than who it is.
  idToken: { issuer: 'https://gitlab.com', nonce: 'echoed', claims: () => ({ auth_time: epochSeconds() }) },
  resources: {
    'GET /oauth/userinfo': ({ grant }) => json(200, { sub: grant.persona.subject, ...claimsOf(grant) }),
    'GET /api/v4/user': ({ grant }) => json(200, accountOf(grant)),
  },
};

function claimsOf({ persona, scope }: Grant): Record<string, unknown> {
  const { id, name, picture, email, email_verified } = persona;
  const profile = { name, nickname: id, preferred_username: id, ...(picture ? { picture } : {}), groups: ['example'] };
  return {
    ...(scope.includes('profile') ? profile : {}),
    ...(scope.includes('email') && email !== undefined ? { email, email_verified } : {}),
  };
}

/** The REST variant: a number for an id, and whether the account is in use at all. */
function accountOf({ persona }: Grant): Record<string, unknown> {
  const { id, subject, name, email = null } = persona;
  return { id: Number(subject), username: id, name, state: 'active', locked: false, email };
}
