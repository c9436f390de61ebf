import type { Context } from 'koa';
import type { AccountTrip, TripEnd } from '../upstreams/index.ts';
import { returnFromConnect } from './connect.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { mountActivity } from './activity.ts';
import { mountAddress } from './address.ts';
import { mountApps } from './apps.ts';
import { mountData } from './data.ts';
import { mountDeletion } from './deletion.ts';
import { showHome } from './home.ts';
import { mountIdentities } from './identities.ts';
import { mountOverview } from './overview.ts';
import { mountProfile } from './profile.ts';
import { mountRequests } from './requests.ts';
import { mountSecurity } from './security.ts';
import { mountSessions } from './sessions.ts';

/** Who takes those who come back from an upstream, whose callback another room mounts. */
export interface AccountReturns {
  connect(ctx: Context, trip: AccountTrip, end: TripEnd): Promise<void>;
}

/** Mounts the front page and the account pages. */
export function mountAccountPages(deps: AccountPagesDeps): AccountReturns {
  const { router, redirect } = deps.web;
  router.get('/', (ctx) => showHome(deps, ctx));
  router.get('/.well-known/change-password', (ctx) => redirect(ctx, '/account/password'));
  mountOverview(deps);
  mountProfile(deps);
  mountAddress(deps);
  mountSecurity(deps);
  mountIdentities(deps);
  mountSessions(deps);
  mountApps(deps);
  mountRequests(deps);
  mountActivity(deps);
  mountData(deps);
  mountDeletion(deps);
  return { connect: (ctx, trip, end) => returnFromConnect(deps, ctx, trip, end) };
}
