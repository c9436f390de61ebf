import type { Grant } from '../grants.ts';
import { json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong } from '../shape.ts';

/** LinkedIn on its real paths. Shapes as in https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2, November 2026. */
export const linkedin: Shape = {
  prefix: 'linkedin',
  name: 'LinkedIn',
  paths: {
    authorize: '/oauth/v2/authorization',
    token: '/oauth/v2/accessToken',
    keys: '/oauth/openid/jwks',
    discovery: '/oauth/.well-known/openid-configuration',
  },
  // "Sign in" apps hold a secret, and a verifier beside it counts as a wrong client.
  pkce: 'refused',
  scopes: { known: ['openid', 'profile', 'email'], delimiter: ' ', required: 'openid' },
  pages: { redirect_uri: 'Bummer, something went wrong. The redirect_uri does not match the registered value' },
  returned: { scope: 'unauthorized_scope_error' },
  cancelled: {
    error: 'user_cancelled_authorize',
    error_description: 'The user cancelled the authorization',
  },
  client: 'post',
  tokens: { prefix: 'AQV', type: 'Bearer', expires_in: 5_183_999 },
  tokenError,
  idToken: {
    issuer: 'https://www.linkedin.com/oauth',
    nonce: 'dropped',
    claims: claimsOf,
    // LinkedIn does not say what its keys are for.
    keySet: ({ keys }) => ({ keys: keys.filter(({ kty }) => kty === 'RSA').map(({ use: _use, ...key }) => key) }),
  },
  resources: { 'GET /v2/userinfo': ({ grant }) => json(200, { sub: grant.persona.subject, ...claimsOf(grant) }) },
  unauthorized: () => json(401, { status: 401, serviceErrorCode: 65_600, message: 'Invalid access token' }),
};

/** Here a locale is an object. */
function claimsOf({ persona, scope }: Grant): Record<string, unknown> {
  const { name, given_name, family_name, picture, email, email_verified } = persona;
  const profile = { name, given_name, family_name, locale: { country: 'US', language: 'en' } };
  return {
    ...(scope.includes('profile') ? { ...profile, ...(picture ? { picture } : {}) } : {}),
    ...(scope.includes('email') && email !== undefined ? { email, email_verified } : {}),
  };
}

function tokenError(wrong: TokenWrong): Answer {
  if (wrong === 'client' || wrong === 'secret' || wrong === 'verifier_unwanted') {
    return json(401, { error: 'invalid_client', error_description: 'Client authentication failed' });
  }
  if (wrong === 'redirect_uri') {
    return json(400, { error: 'invalid_redirect_uri', error_description: 'Unable to retrieve access token' });
  }
  return json(400, {
    error: 'invalid_request',
    error_description:
      'Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code.',
  });
}
