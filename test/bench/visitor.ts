import { createHash } from 'node:crypto';
import { PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET } from '../support/world.ts';
import type { BenchWorld } from './bench_world.ts';
import { plainHttp } from './plain_http.ts';

/** One person on the login page. `signIn` posts the password and follows to the code for the app; false when that failed. */
export interface Visitor {
  signIn(): Promise<boolean>;
  /** Those it has by now, as a browser sends them. */
  cookies(): string;
}

interface Visited {
  status: number;
  /** Where it leads on. */
  to: string;
  text: string;
}

/** One trip of a person with cookies of their own. Follows no redirect by itself. */
export interface Visit {
  open(url: string): Promise<Visited>;
  post(url: string, fields: Record<string, string>): Promise<Visited>;
  cookies(): string;
}

const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept: text/html',
];
const FORM = ['Content-Type: application/x-www-form-urlencoded', 'Sec-Fetch-Site: same-origin'];

/** Connections are kept for all visitors of a server, as a proxy in front of it keeps them. */
const clients = new Map<string, ReturnType<typeof plainHttp>>();

/**
 * A browser much lighter than the one of the tests: on a small machine a heavier client would take the core that the server
 * needs, and measure itself.
 */
export function createVisit({ issuer }: { issuer: string }): Visit {
  const cookies = new Map<string, string>();
  const http = clients.get(issuer) ?? plainHttp(issuer);
  clients.set(issuer, http);

  const sent = () => [...cookies].map((pair) => pair.join('=')).join('; ');

  async function visit(url: string, body?: URLSearchParams): Promise<Visited> {
    const headers = [...BROWSER, `Cookie: ${sent()}`];
    const path = url.startsWith(issuer) ? url.slice(issuer.length) : url;
    const answer = body
      ? await http('POST', path, [...headers, ...FORM, `Origin: ${issuer}`], body.toString())
      : await http('GET', path, headers);
    for (const line of answer.cookies) {
      const [pair = ''] = line.split(';', 1);
      const name = pair.slice(0, pair.indexOf('='));
      cookies.set(name, pair.slice(name.length + 1));
    }
    const refresh = answer.refresh.replace(/^0;url=/, '');
    return { status: answer.status, to: answer.location || refresh, text: answer.text };
  }
  let csrf = '';
  return {
    async open(url) {
      const visited = await visit(url);
      csrf = /name="_csrf"[^>]*value="([^"]+)"/.exec(visited.text)?.[1] ?? csrf;
      return visited;
    },
    post: (url, fields) => visit(url, new URLSearchParams({ _csrf: csrf, ...fields })),
    cookies: sent,
  };
}

/** How the app asks for a login: where it begins, where it comes back, and how its code becomes tokens. */
interface AppRequest {
  authorize: string;
  callback: string;
  /** Takes the URL of the callback; false when the code was refused. */
  redeem(url: string): Promise<boolean>;
}

/** What the app does. */
export function requestOf({ app, gatehouse }: Pick<BenchWorld, 'app' | 'gatehouse'>): AppRequest {
  const callback = `${app.url}/callback`;
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return {
    authorize: `/oidc/authorize?${query.toString()}`,
    callback,
    async redeem(url) {
      const code = new URL(url).searchParams.get('code') ?? '';
      const secret = { client_id: 'app', client_secret: CLIENT_SECRET };
      const grant = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: VERIFIER };
      const body = new URLSearchParams({ ...secret, ...grant });
      const answer = await fetch(`${gatehouse.issuer}/oidc/token`, { method: 'POST', body });
      await answer.arrayBuffer();
      return answer.ok;
    },
  };
}

/** Opens the login page with cookies of its own, for somebody with the password of all. It stops at the redirect to the app. */
export async function openLogin(
  world: Pick<BenchWorld, 'app' | 'email' | 'gatehouse'>,
  email: string = world.email,
): Promise<Visitor> {
  const { issuer } = world.gatehouse;
  const { authorize, callback } = requestOf(world);
  const visit = createVisit(world.gatehouse);
  const interaction = (await visit.open(authorize)).to;
  await visit.open(interaction);
  return {
    cookies: visit.cookies,
    async signIn() {
      let { to } = await visit.post(interaction, { email, password: PASSWORD });
      for (let hops = 0; to.startsWith(issuer) || to.startsWith('/'); hops += 1) {
        if (hops === 5) return false;
        ({ to } = await visit.open(to));
      }
      return to.startsWith(`${callback}?code=`);
    },
  };
}
