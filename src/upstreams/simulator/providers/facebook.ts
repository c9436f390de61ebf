import { createHmac, randomBytes } from 'node:crypto';
import { equalInConstantTime } from '../../../kit/random.ts';
import type { Grant } from '../grants.ts';
import { bearerOf, json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong, Visit } from '../shape.ts';

/** Facebook Login and the Graph API on their real paths. Shapes as in Meta's documentation, November 2026. */
export const facebook: Shape = {
  prefix: 'facebook',
  name: 'Facebook',
  paths: { authorize: '/vN/dialog/oauth', token: '/vN/oauth/access_token' },
  // Any version that Meta might serve.
  canonical: (path) => path.replace(/^\/v\d{1,2}\.\d\//, '/vN/'),
  pkce: 'optional',
  scopes: { known: ['public_profile', 'email'], delimiter: /[ ,]/ },
  pages: {
    client: 'Invalid App ID: The provided app ID does not look like a valid app ID.',
    redirect_uri:
      'URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app’s Client OAuth Settings.',
  },
  callback: ({ scope, persona }) => ({
    granted_scopes: scope.filter((name) => !(persona.keepsEmail && name === 'email')).join(','),
    denied_scopes: persona.keepsEmail ? 'email' : '',
  }),
  cancelled: {
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
  },
  fragment: '#_=_',
  client: 'post',
  tokens: { prefix: 'EAA', type: 'bearer', expires_in: 5_183_944 },
  tokenByGet: true,
  tokenError,
  resources: { 'GET /vN/me': me },
  unauthorized: () =>
    graphError('An active access token must be used to query information about the current user.', 2500),
};

function me({ request, client, grant }: Visit & { grant: Grant }): Answer {
  const proof = createHmac('sha256', client.secret)
    .update(bearerOf(request) ?? '')
    .digest('hex');
  if (!equalInConstantTime(request.query.get('appsecret_proof') ?? '', proof)) {
    return graphError('Invalid appsecret_proof provided in the API argument', 100, { type: 'GraphMethodException' });
  }
  return json(200, profileOf(grant, request.query.get('fields') ?? 'id,name'));
}

/** Only what was asked for and granted; Facebook leaves an address out when there is none, or when it was not granted. */
function profileOf({ persona, scope }: Grant, fields: string): Record<string, unknown> {
  const known: Record<string, unknown> = {
    id: persona.subject,
    name: persona.name,
    first_name: persona.given_name,
    last_name: persona.family_name,
    email: scope.includes('email') ? persona.email : undefined,
    picture: { data: { height: 50, width: 50, is_silhouette: !persona.picture, url: persona.picture ?? SILHOUETTE } },
  };
  const asked = new Set(['id', ...fields.split(',')]);
  return Object.fromEntries(Object.entries(known).filter(([name, value]) => asked.has(name) && value !== undefined));
}

const SILHOUETTE = 'https://scontent.xx.fbcdn.net/silhouette';
const MISMATCH =
  'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request';

function tokenError(wrong: TokenWrong): Answer {
  if (wrong === 'client') {
    return graphError('Error validating application. Cannot get application info due to a system error.', 101);
  }
  if (wrong === 'secret') return graphError('Error validating client secret.', 1);
  if (wrong === 'used') return graphError('This authorization code has been used.', 100, { subcode: 36_009 });
  if (wrong === 'expired') return graphError('This authorization code has expired.', 100, { subcode: 36_007 });
  if (wrong === 'redirect_uri') return graphError(MISMATCH, 100, { subcode: 36_008 });
  return graphError('Invalid verification code format.', 100);
}

/** Meta's error is an object. */
function graphError(
  message: string,
  code: number,
  { type = 'OAuthException', subcode }: { type?: string; subcode?: number } = {},
): Answer {
  const error = { message, type, code, error_subcode: subcode, fbtrace_id: randomBytes(8).toString('base64url') };
  return json(400, { error }, { 'www-authenticate': `OAuth "Facebook Platform" "invalid_request" "${message}"` });
}
