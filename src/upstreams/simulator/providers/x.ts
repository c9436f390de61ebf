import type { Grant } from '../grants.ts';
import { json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong, Visit } from '../shape.ts';

/** What people read when the app is set up wrong; nothing ever comes back from there. */
const DEAD_END = 'Something went wrong. You weren’t able to give access to the App. Go back and try logging in again.';

/** X on its real paths. Shapes as in https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code, November 2026. */
export const x: Shape = {
  prefix: 'x',
  name: 'X',
  paths: { authorize: '/i/oauth2/authorize', token: '/2/oauth2/token', revoke: '/2/oauth2/revoke' },
  pkce: 'required',
  scopes: {
    known: ['users.read', 'tweet.read', 'users.email', 'offline.access'],
    delimiter: ' ',
    required: 'users.read',
  },
  state: 'required',
  pages: {
    client: DEAD_END,
    redirect_uri: DEAD_END,
    response_type: DEAD_END,
    scope: DEAD_END,
    state: DEAD_END,
    pkce: DEAD_END,
  },
  cancelled: { error: 'access_denied' },
  client: 'basic',
  tokens: { prefix: '', type: 'bearer', expires_in: 7200 },
  codeSeconds: 30,
  tokenError,
  resources: { 'GET /2/users/me': me },
  unauthorized: () => json(401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }),
};

function me({ request, grant: { persona, scope } }: Visit & { grant: Grant }): Answer {
  const fields = new Set((request.query.get('user.fields') ?? '').split(','));
  // Both are needed, and an address costs the whole call where the app may not have it.
  const isAllowed = scope.includes('users.read') && scope.includes('tweet.read');
  if (!isAllowed || (fields.has('confirmed_email') && !scope.includes('users.email'))) {
    return json(403, { title: 'Forbidden', type: 'about:blank', status: 403, detail: 'Forbidden' });
  }
  const { subject: id, name, email, picture } = persona;
  return json(200, {
    data: {
      id,
      name,
      username: `${persona.id}_example`,
      ...(fields.has('profile_image_url') && picture ? { profile_image_url: picture } : {}),
      ...(fields.has('confirmed_email') && email !== undefined ? { confirmed_email: email } : {}),
    },
  });
}

function tokenError(wrong: TokenWrong): Answer {
  if (wrong === 'client' || wrong === 'secret') {
    return json(401, { error: 'unauthorized_client', error_description: 'Missing valid authorization header' });
  }
  const detail =
    wrong === 'verifier' ? 'Value passed for the code verifier did not match the code challenge.' : undefined;
  return json(400, {
    error: 'invalid_request',
    error_description: detail ?? 'Value passed for the authorization code was invalid.',
  });
}
