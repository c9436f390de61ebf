import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { authenticationOf, preciseSentence, type ProtocolError } from './precise.ts';

/** What a request was refused for, as its developer should read it. */
const told = new WeakMap<Context['req'], string>();

/** To whom a refusal is told, and under which reference the rest is found. */
interface Audience {
  development: boolean;
  reference: string;
}

/**
 * Finds the precise cause of a refusal, for the event; what of it the app may read, stands in its answer. Whoever did not
 * authenticate learns in production only what came: anybody can send the id of a client.
 */
export function notePrecisely(ctx: KoaContextWithOIDC, error: ProtocolError, audience: Audience): string | undefined {
  const precise = preciseSentence(ctx, error);
  if (error.error === 'invalid_client') {
    const came = `client authentication failed, received: ${authenticationOf(ctx)}`;
    const rest = audience.development && precise !== undefined ? precise : `explain ${audience.reference} tells more`;
    if (error.error_description === 'client authentication failed') told.set(ctx.req, `${came}; ${rest}`);
    return precise;
  }
  if (precise !== undefined) told.set(ctx.req, precise);
  return precise;
}

/** Puts the sentence into the answer that the library has made: into its JSON, or into the URL with which it sends people back. */
export function tellPrecisely(ctx: Context): void {
  const sentence = told.get(ctx.req);
  if (sentence === undefined) return;
  const { body } = ctx;
  if (typeof body === 'object' && body !== null && 'error_description' in body) {
    ctx.body = { ...body, error_description: sentence };
    return;
  }
  const location = ctx.response.get('Location') || '';
  // The last one is the library's: whatever a registered URI has in its own query comes before.
  const at = location.lastIndexOf('error_description=');
  if (at < 0) return;
  const value = at + 'error_description='.length;
  const rest = location.slice(value).replace(/^[^&#]*/, '');
  ctx.set('Location', location.slice(0, value) + encodeURIComponent(sentence) + rest);
}
