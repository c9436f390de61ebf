import type { AccountPagesDeps } from './page_deps.ts';
import { mountActivity } from './activity.ts';
import { mountApps } from './apps.ts';
import { showHome } from './home.ts';
import { mountOverview } from './overview.ts';
import { mountSecurity } from './security.ts';
import { mountSessions } from './sessions.ts';

/** Mounts the front page and the account pages. */
export function mountAccountPages(deps: AccountPagesDeps): void {
  const { router, redirect } = deps.web;
  router.get('/', (ctx) => showHome(deps, ctx));
  router.get('/.well-known/change-password', (ctx) => redirect(ctx, '/account/password'));
  mountOverview(deps);
  mountSecurity(deps);
  mountSessions(deps);
  mountApps(deps);
  mountActivity(deps);
}
