import type { Context } from 'koa';
import type { Translate } from '../locales/index.ts';
import { deadLink, type LandingPage, type Web } from '../web/index.ts';

/** The page of a mailed link by what the link is worth: the question, that it was answered before, or that it is dead. */
export function linkedPage<Found extends { state: 'usable' | 'used' | 'expired' }>(
  web: Web,
  ctx: Context,
  found: Found | undefined,
  pages: { used: (ctx: Context) => LandingPage; question: (t: Translate, found: Found) => LandingPage },
): LandingPage {
  if (found?.state === 'used') return pages.used(ctx);
  return found?.state === 'usable' ? pages.question(web.t(ctx), found) : deadLink(web, ctx);
}
