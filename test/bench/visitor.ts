import { createHash } from 'node:crypto';
import { PASSWORD } from '../support/people.ts';
import type { BenchWorld } from './bench_world.ts';

/** One person on the login page. `signIn` posts the password and follows to the code for the app; false when that failed. */
export interface Visitor {
  signIn(): Promise<boolean>;
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
}

const CHALLENGE = createHash('sha256').update('v'.repeat(43)).digest('base64url');

/**
 * A browser much lighter than the one of the tests: on a small machine a heavier client would take the core that the server
 * needs, and measure itself.
 */
export function createVisit({ issuer }: { issuer: string }): Visit {
  const cookies = new Map<string, string>();

  async function visit(url: string, body?: URLSearchParams): Promise<Visited> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, ...(body && { origin: issuer, 'sec-fetch-site': 'same-origin' }) };
    const answer = await fetch(new URL(url, issuer), {
      method: body ? 'POST' : 'GET',
      headers,
      body,
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const name = pair.slice(0, pair.indexOf('='));
      cookies.set(name, pair.slice(name.length + 1));
    }
    const refresh = answer.headers.get('refresh')?.replace(/^0;url=/, '');
    return { status: answer.status, to: answer.headers.get('location') ?? refresh ?? '', text: await answer.text() };
  }
  let csrf = '';
  return {
    async open(url) {
      const visited = await visit(url);
      csrf = /name="_csrf"[^>]*value="([^"]+)"/.exec(visited.text)?.[1] ?? csrf;
      return visited;
    },
    post: (url, fields) => visit(url, new URLSearchParams({ _csrf: csrf, ...fields })),
  };
}

/** The URL on which a login of the app begins, and the one on which it ends. */
export function requestOf({ app }: BenchWorld): { authorize: string; callback: string } {
  const callback = `${app.url}/callback`;
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  return { authorize: `/oidc/authorize?${query.toString()}`, callback };
}

/** Opens the login page with cookies of its own. It stops at the redirect to the app. */
export async function openLogin(world: BenchWorld): Promise<Visitor> {
  const { issuer } = world.gatehouse;
  const { authorize, callback } = requestOf(world);
  const visit = createVisit(world.gatehouse);
  const interaction = (await visit.open(authorize)).to;
  await visit.open(interaction);
  return {
    async signIn() {
      let { to } = await visit.post(interaction, { email: world.email, password: PASSWORD });
      for (let hops = 0; to.startsWith(issuer) || to.startsWith('/'); hops += 1) {
        if (hops === 5) return false;
        ({ to } = await visit.open(to));
      }
      return to.startsWith(`${callback}?code=`);
    },
  };
}
