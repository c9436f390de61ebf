import type { Grant } from '../grants.ts';
import { json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong } from '../shape.ts';

const ISSUER = 'https://kauth.kakao.com';

/** Kakao Login on its real paths. Shapes as in https://developers.kakao.com/docs/latest/en/kakaologin/rest-api, November 2026. */
export const kakao: Shape = {
  prefix: 'kakao',
  name: 'Kakao',
  paths: {
    authorize: '/oauth/authorize',
    token: '/oauth/token',
    keys: '/.well-known/jwks.json',
    discovery: '/.well-known/openid-configuration',
  },
  pkce: 'optional',
  // Without any, the console decides.
  scopes: { known: ['openid', 'account_email', 'profile_nickname', 'profile_image'], delimiter: ',' },
  pages: {
    client: 'Admin Settings Issue (KOE101): Not exist client_id',
    redirect_uri: 'Admin Settings Issue (KOE006): Not matching redirect URI',
    scope: 'Service Configuration Issue (KOE205): consent items that the app does not use',
  },
  cancelled: { error: 'access_denied', error_description: 'User denied access' },
  // In a header it is not looked at.
  client: 'post',
  tokens: { prefix: '', type: 'bearer', expires_in: 21_599, refresh: 'k' },
  tokenError,
  idToken: {
    issuer: ISSUER,
    nonce: 'echoed',
    // An address without any word on whether it was checked.
    claims: ({ persona: { given_name, email } }) => ({
      nickname: given_name,
      ...(email === undefined ? {} : { email }),
    }),
  },
  resources: { 'GET /v2/user/me': ({ grant }) => json(200, userOf(grant)) },
  unauthorized: () => json(401, { msg: 'this access token does not exist', code: -401 }),
};

/** The id is a number; without any consent there is no `kakao_account` at all. */
function userOf({ persona }: Grant): Record<string, unknown> {
  const { given_name, picture, email, email_verified, keepsEmail } = persona;
  const own = { id: Number(persona.subject), connected_at: '2026-05-01T00:00:00Z' };
  if (email === undefined && !keepsEmail) return own;
  const image = picture ? { profile_image_url: picture, is_default_image: false } : { is_default_image: true };
  const address =
    email === undefined
      ? { email_needs_agreement: true }
      : { email_needs_agreement: false, is_email_valid: true, is_email_verified: email_verified ?? false, email };
  return { ...own, kakao_account: { ...address, profile: { nickname: given_name, ...image } } };
}

function tokenError(wrong: TokenWrong): Answer {
  const refused = (status: number, error: string, error_code: string, error_description: string) =>
    json(status, { error, error_description, error_code });
  if (wrong === 'client') return refused(401, 'invalid_client', 'KOE101', 'Not exist client_id');
  if (wrong === 'secret') return refused(401, 'invalid_client', 'KOE010', 'Bad client credentials');
  if (wrong === 'redirect_uri') return refused(400, 'invalid_grant', 'KOE303', 'Redirect URI mismatch.');
  return refused(400, 'invalid_grant', 'KOE320', 'authorization code not found for code');
}
