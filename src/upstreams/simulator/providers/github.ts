import { json, type Answer } from '../provider.ts';
import type { Grant } from '../grants.ts';
import type { Shape, TokenWrong, Visit } from '../shape.ts';

const DOCUMENTATION = 'https://docs.github.com/rest';

/**
 * GitHub on its real paths, and GitHub Enterprise Server, whose API is below /api/v3. Shapes as in
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps, November 2026.
 */
export const github: Shape = {
  prefix: 'github',
  name: 'GitHub',
  paths: { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token' },
  canonical: (path) => path.replace(/^\/api\/v3\//, '/'),
  pkce: 'optional',
  scopes: { known: ['read:user', 'user:email', 'user'], delimiter: ' ' },
  returned: { redirect_uri: 'redirect_uri_mismatch' },
  callback: () => ({ iss: 'https://github.com/login/oauth' }),
  cancelled: {
    error: 'access_denied',
    error_description: 'The user has denied your application access.',
    error_uri: 'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors',
  },
  client: 'post',
  tokens: { prefix: 'gho_', type: 'bearer' },
  formUnlessJson: true,
  tokenError,
  resources: { 'GET /user': mannered(userOf), 'GET /user/emails': mannered(emailsOf) },
  unauthorized: () => json(401, { message: 'Bad credentials', documentation_url: DOCUMENTATION, status: '401' }),
};

/** GitHub's API talks to nobody without a name. */
function mannered(answer: (grant: Grant) => Answer) {
  return ({ request: { headers }, grant }: Visit & { grant: Grant }): Answer => {
    if (!headers['user-agent'] || headers['user-agent'] === 'node') {
      const body = 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.';
      return { status: 403, headers: { 'content-type': 'text/plain' }, body };
    }
    return answer(grant);
  };
}

/** The number is a number, the name may be null, and the address here is only what the person shows to everybody. */
function userOf({ persona }: Grant): Answer {
  const login = `${persona.id}-example`;
  return json(200, {
    login,
    id: Number(persona.subject),
    name: persona.name,
    email: null,
    avatar_url: persona.picture ?? 'https://github.com/identicons/example.png',
    type: 'User',
  });
}

function emailsOf({ persona, scope }: Grant): Answer {
  if (!scope.some((name) => name === 'user:email' || name === 'user')) {
    return json(404, { message: 'Not Found', documentation_url: DOCUMENTATION, status: '404' });
  }
  const noreply = `${persona.subject}+${persona.id}-example@users.noreply.github.com`;
  const own = { email: persona.email, primary: true, verified: persona.email_verified === true, visibility: 'private' };
  const rows = [
    { email: noreply, primary: persona.email === undefined, verified: true, visibility: null },
    { email: `old.${persona.id}@elsewhere.example`, primary: false, verified: true, visibility: null },
  ];
  return json(200, persona.email === undefined ? rows.slice(0, 1) : [...rows, own]);
}

/** GitHub says "no" with status 200. */
function tokenError(wrong: TokenWrong): Answer {
  const refused = (error: string, error_description: string) =>
    json(200, { error, error_description, error_uri: 'https://docs.github.com/apps/troubleshooting' });
  if (wrong === 'client' || wrong === 'secret') {
    return refused('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
  }
  if (wrong === 'redirect_uri') {
    return refused('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.');
  }
  if (wrong === 'grant_type') return refused('unsupported_grant_type', 'The grant type is not supported.');
  return refused('bad_verification_code', 'The code passed is incorrect or expired.');
}
