import { errors, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider';
import type { Context } from 'koa';
import { isDatabaseUnavailable } from '../database/index.ts';
import { IdpError, type ErrorCode } from '../kit/errors.ts';
import { unavailable } from './artifacts/guarded_database.ts';
import type { OidcDeps } from './deps.ts';
import { pageMistake, registeredOf } from './mistakes/page_mistakes.ts';

/** Endpoints that people see; every other one speaks JSON, whatever the request accepts. */
const PAGES = new Set([
  'authorization',
  'resume',
  'code_verification',
  'device_resume',
  'end_session',
  'end_session_confirm',
  'end_session_success',
]);

const LONGEST_FACT = 300;

/**
 * Answers the errors that the library does not send to the client: a page of ours for people, with what was received for
 * the developer, never the library's sentence; the library's own JSON for programs.
 */
export function createRenderError({ web }: { web: Pick<OidcDeps['web'], 'fail'> }) {
  return async (ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> => {
    // The form for a device's code says itself what is wrong with it.
    if (ctx.body !== undefined && ctx.body !== null) return;
    if (PAGES.has(ctx.oidc.route)) {
      await web.fail(asContext(ctx), toIdpError(ctx, error));
      return;
    }
    ctx.body = out;
  };
}

/**
 * To a program, an outage that no guard has worded for the library: it has answered 500. Whether it is one.
 */
export function toldAsOutage(ctx: KoaContextWithOIDC, error: Error): boolean {
  if (!isDatabaseUnavailable(error)) return false;
  const { message, status } = unavailable(error);
  const own = asContext(ctx);
  own.status = status;
  const { body } = own;
  if (typeof body === 'object' && body !== null && 'error' in body) own.body = { error: message };
  return true;
}

/** The library's context is the one of our own application, under a narrower type. */
export function asContext(ctx: KoaContextWithOIDC): Context {
  return ctx;
}

function toIdpError(ctx: KoaContextWithOIDC, error: Error): IdpError {
  const { cause } = isDatabaseUnavailable(error) ? unavailable(error) : error;
  if (cause instanceof IdpError) return cause;
  const code = codeOf(error);
  if (code === 'internal') return new IdpError(code, { cause: error });
  const mistake = pageMistake(ctx, error);
  return new IdpError(code, {
    cause: error,
    facts: factsOf(ctx, error),
    mistake,
    registered: registeredOf(ctx, mistake),
  });
}

function codeOf(error: Error): ErrorCode {
  if (error instanceof errors.InvalidRedirectUri) return 'redirect_uri_mismatch';
  if (error instanceof errors.SessionNotFound) return 'interaction_expired';
  if (error instanceof errors.InvalidClient) return 'client_unknown';
  return error instanceof errors.OIDCProviderError && error.expose ? 'request_invalid' : 'internal';
}

function factsOf({ oidc, query }: KoaContextWithOIDC, error: Error): Record<string, string> {
  const received: Record<string, unknown> = { ...query, ...oidc.params };
  const facts: Record<string, string> = error instanceof errors.OIDCProviderError ? { error: error.error } : {};
  for (const name of ['client_id', 'redirect_uri', 'post_logout_redirect_uri']) {
    const value = received[name];
    if (typeof value === 'string') facts[name] = value.slice(0, LONGEST_FACT);
  }
  return facts;
}
