import type { Grant } from '../grants.ts';
import { json, type Answer } from '../provider.ts';
import type { Shape, TokenWrong } from '../shape.ts';

/** Naver Login on its real paths. Shapes as in https://developers.naver.com/docs/login/api/api.md, November 2026. */
export const naver: Shape = {
  prefix: 'naver',
  name: 'Naver',
  paths: { authorize: '/oauth2.0/authorize', token: '/oauth2.0/token' },
  pkce: 'optional',
  state: 'required',
  pages: {
    client: 'The client id of this service is not valid.',
    redirect_uri: 'The callback URL of this service is not one that it registered.',
  },
  cancelled: { error: 'access_denied', error_description: 'Canceled By User' },
  client: 'post',
  // A number as text.
  tokens: { prefix: 'AAAA', type: 'bearer', expires_in: '3600', refresh: 'n' },
  tokenByGet: true,
  tokenError,
  otherGrants: {
    delete({ request: { form, query }, revoke }) {
      const token = form.get('access_token') ?? query.get('access_token') ?? '';
      if (!revoke(token)) return json(200, { error: 'invalid_request', error_description: 'token is not valid' });
      return json(200, { access_token: token, result: 'success' });
    },
  },
  resources: { 'GET /v1/nid/me': ({ grant }) => json(200, enveloped(grant)) },
  unauthorized: () => json(401, { resultcode: '024', message: 'Authentication failed (인증 실패하였습니다.)' }),
};

function enveloped({ persona }: Grant): Record<string, unknown> {
  const { id: nickname, subject: id, name, email, picture } = persona;
  const response = {
    id,
    nickname,
    name,
    ...(email === undefined ? {} : { email }),
    ...(picture ? { profile_image: picture } : {}),
  };
  return { resultcode: '00', message: 'success', response };
}

/** Naver says "no" with status 200. */
function tokenError(wrong: TokenWrong): Answer {
  const refused = (error: string, error_description: string) => json(200, { error, error_description });
  if (wrong === 'client') return refused('invalid_request', 'wrong client id / client secret pair');
  if (wrong === 'secret') return refused('invalid_client', 'wrong client id / client secret pair');
  if (wrong === 'grant_type') return refused('invalid_request', 'no valid grant_type in request');
  return refused('invalid_request', 'no valid data in session');
}
