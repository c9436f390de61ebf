import { createHash } from 'node:crypto';
import type { PlainHttp } from '../plain_http.ts';
import type { SeededKeys } from './seeded_keys.ts';

interface Credentials {
  client_id: string;
  client_secret: string;
}

/** Where a provider takes what, as whole URLs; what it does not offer is absent. */
export interface Endpoints {
  authorize: string;
  token: string;
  userinfo?: string;
  introspect?: string;
  jwks: string;
  discovery: string;
}

/** A provider under load, with somebody signed in. */
export interface Target {
  http: PlainHttp;
  endpoints: Endpoints;
  callback: string;
  app: Credentials;
  service: Credentials;
  /** `basic` where it takes no other. */
  authenticates?: 'basic' | 'post';
  /** The Cookie line of the one session, unless there are seeds. */
  cookie: string;
  /** What is asked for besides `openid`, so that a refresh token is given. */
  scope?: string;
  /** Sessions and tokens of many, which stand in its tables already. */
  keys?: SeededKeys;
  /** Where the bare answer is that a document is compared with; absent where the document itself is served. */
  bare?: string;
}

/** What one lane does over and over; false when an answer was not right. */
export type Step = () => Promise<boolean>;

/** The operations of the protocol. */
export type OperationName =
  | 'client-credentials'
  | 'code'
  | 'refresh'
  | 'userinfo'
  | 'introspect'
  | 'discovery'
  | 'jwks';

/** An operation, and how a lane begins it. */
export interface Operation {
  name: OperationName;
  /** What of the target it cannot do without. */
  needs?: keyof Endpoints;
  begin(target: Target): Promise<Step>;
}

const FORM = ['Content-Type: application/x-www-form-urlencoded', 'Accept: application/json'];
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
/** Redirects within a provider before the one to the app. */
const HOPS = 12;

async function post(
  { http, authenticates = 'post' }: Target,
  url: string,
  { client_id, client_secret }: Credentials,
  fields: Record<string, string>,
): Promise<Record<string, unknown>> {
  const posted = authenticates === 'post';
  const body = new URLSearchParams(posted ? { client_id, client_secret, ...fields } : fields).toString();
  const pair = Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`).toString('base64');
  const answer = await http('POST', url, posted ? FORM : [...FORM, `Authorization: Basic ${pair}`], body);
  // The endpoints of OAuth answer JSON objects.
  return answer.status === 200 ? (JSON.parse(answer.text) as Record<string, unknown>) : {};
}

/** The URL of an authorization request of the app. */
export function authorizeUrl({ endpoints, app, callback, scope = 'openid' }: Omit<Target, 'http' | 'cookie'>): string {
  const query = new URLSearchParams({
    client_id: app.client_id,
    response_type: 'code',
    scope,
    redirect_uri: callback,
    // Some refuse to do without.
    state: 'a-state-of-the-bench',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return `${endpoints.authorize}?${query.toString()}`;
}

/** Redeems the code with which the app was called. */
export function redeem(target: Target, location: string): Promise<Record<string, unknown>> {
  return post(target, target.endpoints.token, target.app, {
    grant_type: 'authorization_code',
    code: URL.parse(location)?.searchParams.get('code') ?? '',
    redirect_uri: target.callback,
    code_verifier: VERIFIER,
  });
}

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** One code flow in the session: two requests, or more where the provider redirects within itself. */
export async function tokens(target: Target): Promise<Tokens> {
  let cookie = target.keys ? target.keys.cookie() : target.cookie;
  let url = authorizeUrl(target);
  for (let hop = 0; hop < HOPS; hop += 1) {
    const { location, cookies } = await target.http('GET', url, [cookie]);
    if (location === '' || location.startsWith(target.callback)) {
      const { access_token, refresh_token } = await redeem(target, location);
      return { access_token: String(access_token), refresh_token: String(refresh_token) };
    }
    url = new URL(location, url).href;
    for (const set of cookies) cookie += `; ${set.split(';', 1)[0] ?? ''}`;
  }
  return { access_token: 'undefined', refresh_token: 'undefined' };
}

/** One that is used over and over: what was put back is what is taken next. */
function oneRefreshToken(first: string): ReturnType<SeededKeys['refreshToken']> {
  let token = first;
  return {
    get token() {
      return token;
    },
    put(next: string) {
      token = next;
    },
  };
}

function document(name: 'discovery' | 'jwks'): Operation {
  return {
    name,
    needs: name,
    begin:
      async ({ http, endpoints, bare = endpoints[name] }) =>
      async () =>
        (await http('GET', bare, [])).status === 200,
  };
}

/** What is measured, each as an app or a resource server asks for it. */
export const operations: readonly Operation[] = [
  {
    name: 'client-credentials',
    begin: async (target) => async () => {
      const { token } = target.endpoints;
      const answer = await post(target, token, target.service, { grant_type: 'client_credentials' });
      return answer['access_token'] !== undefined;
    },
  },
  {
    name: 'code',
    begin: async (target) => async () => (await tokens(target)).access_token !== 'undefined',
  },
  {
    name: 'refresh',
    async begin(target) {
      const { keys, endpoints, app } = target;
      const own = keys ? undefined : oneRefreshToken((await tokens(target)).refresh_token);
      return async () => {
        const taken = own ?? keys?.refreshToken();
        if (!taken) return false;
        const fields = { grant_type: 'refresh_token', refresh_token: taken.token };
        const answer = await post(target, endpoints.token, app, fields);
        const { refresh_token: next } = answer;
        taken.put(typeof next === 'string' ? next : taken.token);
        return answer['access_token'] !== undefined;
      };
    },
  },
  {
    name: 'userinfo',
    needs: 'userinfo',
    async begin(target) {
      const next = await accessTokens(target);
      const { userinfo = '' } = target.endpoints;
      return async () => (await target.http('GET', userinfo, [`Authorization: Bearer ${next()}`])).status === 200;
    },
  },
  {
    name: 'introspect',
    needs: 'introspect',
    async begin(target) {
      const next = await accessTokens(target);
      const { introspect = '' } = target.endpoints;
      return async () => (await post(target, introspect, target.app, { token: next() }))['active'] === true;
    },
  },
  document('discovery'),
  document('jwks'),
];

/** Access tokens, a seeded one each time, or one of the session for ever. */
async function accessTokens(target: Target): Promise<() => string> {
  if (target.keys) return target.keys.accessToken;
  const { access_token } = await tokens(target);
  return () => access_token;
}

/** The endpoints of ours, and of the yardstick, which has them at the same places. */
export function ownEndpoints(issuer: string): Required<Endpoints> {
  return {
    authorize: `${issuer}/oidc/authorize`,
    token: `${issuer}/oidc/token`,
    userinfo: `${issuer}/oidc/userinfo`,
    introspect: `${issuer}/oidc/introspect`,
    jwks: `${issuer}/oidc/jwks`,
    discovery: `${issuer}/.well-known/openid-configuration`,
  };
}
