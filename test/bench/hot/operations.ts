import { createHash } from 'node:crypto';
import type { plainHttp } from '../plain_http.ts';

type Http = ReturnType<typeof plainHttp>;
type Credentials = { client_id: string; client_secret: string };

/** A provider under load, with somebody signed in. */
export interface Target {
  http: Http;
  callback: string;
  app: Credentials;
  service: Credentials;
  /** The Cookie line of the session. */
  cookie: string;
  /** Where the bare answer is that a document is compared with; absent where the document itself is served. */
  bare?: string;
}

/** What one lane does over and over; false when an answer was not right. */
export type Step = () => Promise<boolean>;

/** An operation, and how a lane begins it. */
export interface Operation {
  name: string;
  /** CPU against the yardstick; of documents the rate against it. */
  goal: string;
  begin(target: Target): Promise<Step>;
}

const FORM = ['Content-Type: application/x-www-form-urlencoded', 'Accept: application/json'];
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

async function post({ http }: Target, path: string, fields: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = await http('POST', path, FORM, new URLSearchParams(fields).toString());
  // The endpoints of OAuth answer JSON objects.
  return answer.status === 200 ? (JSON.parse(answer.text) as Record<string, unknown>) : {};
}

/** One code flow in the session: two requests. */
async function tokens(target: Target): Promise<{ access_token: string; refresh_token: string }> {
  const query = new URLSearchParams({
    client_id: target.app.client_id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: target.callback,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  const { location } = await target.http('GET', `/oidc/authorize?${query.toString()}`, [target.cookie]);
  const code = URL.parse(location)?.searchParams.get('code') ?? '';
  const answer = await post(target, '/oidc/token', {
    ...target.app,
    grant_type: 'authorization_code',
    code,
    redirect_uri: target.callback,
    code_verifier: VERIFIER,
  });
  return { access_token: String(answer['access_token']), refresh_token: String(answer['refresh_token']) };
}

function document(name: string, path: string): Operation {
  return {
    name,
    goal: '>= 0.60 of its rate',
    begin:
      async ({ http, bare = path }) =>
      async () =>
        (await http('GET', bare, [])).status === 200,
  };
}

/** What is measured, each as an app or a resource server asks for it. */
export const operations: Operation[] = [
  {
    name: 'client-credentials',
    goal: '<= 1.25',
    begin: async (target) => async () => {
      const answer = await post(target, '/oidc/token', { ...target.service, grant_type: 'client_credentials' });
      return answer['access_token'] !== undefined;
    },
  },
  {
    name: 'code',
    goal: '<= 1.30',
    begin: async (target) => async () => (await tokens(target)).access_token !== 'undefined',
  },
  {
    name: 'refresh',
    goal: '<= 1.40',
    async begin(target) {
      let { refresh_token } = await tokens(target);
      return async () => {
        const answer = await post(target, '/oidc/token', {
          ...target.app,
          grant_type: 'refresh_token',
          refresh_token,
        });
        refresh_token = String(answer['refresh_token']);
        return answer['access_token'] !== undefined;
      };
    },
  },
  {
    name: 'userinfo',
    goal: '<= 1.15',
    async begin(target) {
      const { access_token } = await tokens(target);
      const headers = [`Authorization: Bearer ${access_token}`];
      return async () => (await target.http('GET', '/oidc/userinfo', headers)).status === 200;
    },
  },
  {
    name: 'introspect',
    goal: '<= 1.30',
    async begin(target) {
      const { access_token } = await tokens(target);
      return async () =>
        (await post(target, '/oidc/introspect', { ...target.app, token: access_token }))['active'] === true;
    },
  },
  document('discovery', '/.well-known/openid-configuration'),
  document('jwks', '/oidc/jwks'),
];
