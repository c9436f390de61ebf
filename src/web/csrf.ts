import { createSecretKey } from 'node:crypto';
import type Koa from 'koa';
import { IdpError } from '../kit/errors.ts';
import { equalInConstantTime, hmac } from '../kit/random.ts';
import type { BrowserBinding } from './browser_binding.ts';

/** The two checks of a form of ours. */
export interface Csrf {
  /** The value of `_csrf` for this browser; gives the browser its binding when it has none. */
  token(ctx: Koa.Context): string;
  /** Throws form_stale unless the request comes from a page of the issuer, cookies_missing without a binding. */
  checkSender(ctx: Koa.Context): void;
  /** Throws form_stale unless the token belongs to this browser. */
  checkToken(ctx: Koa.Context, sent: string | undefined): void;
}

/** The defence of our own forms: where the request comes from, and a token that only this browser's pages hold. */
export function createCsrf(deps: { issuer: string; formKey: Buffer; binding: BrowserBinding }): Csrf {
  const formKey = createSecretKey(deps.formKey);
  const expected = (secret: string): string => hmac(formKey, `${secret}csrf`);

  return {
    token: (ctx) => expected(deps.binding.ensureSecret(ctx)),
    checkSender(ctx) {
      const { origin } = ctx.req.headers;
      const site = ctx.get('Sec-Fetch-Site');
      if (origin !== undefined && origin !== deps.issuer) throw stale('origin');
      if (site !== '' && site !== 'same-origin' && site !== 'none') throw stale('origin');
      if (deps.binding.secret(ctx) === undefined) throw new IdpError('cookies_missing');
    },
    checkToken(ctx, sent) {
      const secret = deps.binding.secret(ctx);
      if (secret === undefined || sent === undefined || !equalInConstantTime(sent, expected(secret)))
        throw stale('token');
    },
  };
}

function stale(check: 'origin' | 'token'): IdpError {
  return new IdpError('form_stale', { facts: { check } });
}
