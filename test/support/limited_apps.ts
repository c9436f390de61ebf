import { createHash, randomBytes } from 'node:crypto';
import type { Browser, Page } from './http_browser.ts';

/** A registered app on a device: nothing follows its redirect URI, so that a test sees what came back. */
export function deviceApp(id: string, upstreams?: string[]): Record<string, unknown> {
  return {
    client_id: id,
    name: `The ${id} app`,
    type: 'native',
    first_party: true,
    redirect_uris: [`com.example.${id}:/callback`],
    ...(upstreams && { upstreams }),
  };
}

/** An authorization request of such an app, and the verifier that its code needs. */
export function requestOf(
  issuer: string,
  id: string,
  extra: Record<string, string> = {},
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: `com.example.${id}:/callback`,
    response_type: 'code',
    scope: 'openid',
    state: 'kept',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  });
  return { url: `${issuer}/oidc/authorize?${query.toString()}`, verifier };
}

/** Opens such a request. */
export function askFor(browser: Browser, issuer: string, id: string, extra?: Record<string, string>): Promise<Page> {
  return browser.open(requestOf(issuer, id, extra).url);
}

/** What came back to the app at the end of a visit; empty while a page is shown. */
export function answerOf(page: Page): Record<string, string> {
  return page.external === undefined ? {} : Object.fromEntries(new URL(page.external).searchParams);
}

/** The ID token for which the app exchanges its code, its claims, and the tokens beside it. */
export async function idTokenOf(
  issuer: string,
  id: string,
  page: Page,
  verifier: string,
): Promise<{ token: string; claims: Record<string, unknown>; accessToken: string; refreshToken: string }> {
  const answer = await fetch(`${issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: id,
      redirect_uri: `com.example.${id}:/callback`,
      code: answerOf(page)['code'] ?? '',
      code_verifier: verifier,
    }),
  });
  // The token endpoint's own answer: a test that gets another one fails at the next line.
  const {
    id_token: token = '',
    access_token: accessToken = '',
    refresh_token: refreshToken = '',
  } = (await answer.json()) as Record<string, string>;
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return { token, claims: JSON.parse(claims) as Record<string, unknown>, accessToken, refreshToken };
}
