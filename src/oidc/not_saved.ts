import type { EventEmitter } from 'node:events';
import type { Context } from 'koa';
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { routes } from './routes.ts';

/** Refuses what could not be saved or ended: in the words and with the event of an error that the library meets itself. */
export function tellNotSaved(provider: Provider, ctx: Context, error: unknown): void {
  const known = error instanceof errors.OIDCProviderError;
  ctx.status = known ? error.statusCode : 500;
  ctx.body = known
    ? { error: error.error, error_description: error.error_description }
    : { error: 'server_error', error_description: 'oops! something went wrong' };
  const listeners: EventEmitter = provider;
  const refused = ctx.path === routes.revocation ? 'revocation.error' : 'grant.error';
  listeners.emit(known ? refused : 'server_error', ctx, error);
}
