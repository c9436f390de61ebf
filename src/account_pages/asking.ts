import type { Context } from 'koa';
import type { Asking } from '../accounts/index.ts';
import type { Web } from '../web/index.ts';

/** Who asks, for mails and their limits. */
export function askingOf(web: Pick<Web, 'locale' | 'clientAddress' | 'referenceOf'>, ctx: Context): Asking {
  return { locale: web.locale(ctx), clientAddress: web.clientAddress(ctx), reference: web.referenceOf(ctx) };
}
