import type { Context } from 'koa';
import { equalInConstantTime, hmac, secretToken, sha256 } from '../kit/random.ts';
import { IdpError } from '../kit/errors.ts';
import type { FrameDeps } from './deps.ts';

/** The reserved client under which people sign in to their own account. */
export const ACCOUNT_CLIENT_ID = 'gatehouse-account';

/** The client as it is registered. */
export function accountClient(issuer: string, name: string) {
  return {
    client_id: ACCOUNT_CLIENT_ID,
    name,
    type: 'spa' as const,
    redirect_uris: [`${issuer}/account/return`],
    post_logout_redirect_uris: [`${issuer}/`],
    first_party: true,
  };
}

/**
 * Where a sign-in begins that ends on one of our own pages. The code is never redeemed: what counts afterwards is the
 * session. `prompt` `login` asks the person of the session again (OIDC Core 3.1.2.1), `create` for a new account;
 * `acr_values` asks for a second factor, too.
 */
export function signInUrl(
  deps: FrameDeps,
  ctx: Context,
  path: string,
  extra: { prompt?: 'login' | 'create'; acr_values?: string; invitation?: string } = {},
): string {
  const parameters = new URLSearchParams({
    client_id: ACCOUNT_CLIENT_ID,
    redirect_uri: `${deps.issuer}/account/return`,
    response_type: 'code',
    scope: 'openid',
    state: stateFor(deps, ctx, path),
    // The verifier of this challenge is forgotten at once, so that the code is of no use to anybody.
    code_challenge: sha256(secretToken()),
    code_challenge_method: 'S256',
    ...extra,
  });
  return `/oidc/authorize?${parameters.toString()}`;
}

/** Only a browser that was sent off here may come back, and only to the page it came from. */
export function returnFromSignIn(deps: FrameDeps, ctx: Context): void {
  const { state, error } = ctx.query;
  const path = typeof state === 'string' ? Buffer.from(state.split('.')[0] ?? '', 'base64url').toString() : '';
  if (typeof state !== 'string' || !equalInConstantTime(state, stateFor(deps, ctx, path))) {
    throw new IdpError('interaction_foreign');
  }
  deps.web.redirect(ctx, error === undefined ? path : '/');
}

function stateFor({ web, stateKey }: FrameDeps, ctx: Context, path: string): string {
  return `${Buffer.from(path).toString('base64url')}.${hmac(stateKey, `${web.browser.ensure(ctx)}\n${path}`)}`;
}
