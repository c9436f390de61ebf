import { createHash } from 'node:crypto';
import { PASSWORD } from '../support/people.ts';
import type { BenchWorld } from './bench_world.ts';

/** One person on the login page. `signIn` posts the password and follows to the code for the app; false when that failed. */
export interface Visitor {
  signIn(): Promise<boolean>;
}

const CHALLENGE = createHash('sha256').update('v'.repeat(43)).digest('base64url');

/**
 * Opens the login page with cookies of its own. Much lighter than the browser of the tests: on a small machine a heavier
 * client would take the core that the server needs, and measure itself. It stops at the redirect to the app.
 */
export async function openLogin({ gatehouse, app, email }: BenchWorld): Promise<Visitor> {
  const { issuer } = gatehouse;
  const callback = `${app.url}/callback`;
  const cookies = new Map<string, string>();

  async function visit(url: string, body?: URLSearchParams): Promise<{ status: number; to: string; text: string }> {
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
    return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
  }

  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  const interaction = (await visit(`/oidc/authorize?${query.toString()}`)).to;
  const { text } = await visit(interaction);
  const csrf = /name="_csrf"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '';
  return {
    async signIn() {
      let { to } = await visit(interaction, new URLSearchParams({ _csrf: csrf, email, password: PASSWORD }));
      for (let hops = 0; to.startsWith(issuer) || to.startsWith('/'); hops += 1) {
        if (hops === 5) return false;
        ({ to } = await visit(to));
      }
      return to.startsWith(`${callback}?code=`);
    },
  };
}
