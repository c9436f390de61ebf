import type { Context } from 'koa';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { pathOf } from './steps.ts';
import { offeredUpstreams } from './ways.ts';

/** One "Continue with ..." button; its words come from the texts. */
export interface UpstreamButton {
  id: string;
  name: string;
  preset: string;
  action: string;
  lastUsed: boolean;
  /** False while it does not answer: the button says so, and still tries when it is pressed. */
  available: boolean;
}

/** The upstreams of this visit in config order, the one last used on this browser first. */
export function upstreamButtons(deps: SignInDeps, ctx: Context, visit: Visit): UpstreamButton[] {
  const last = deps.web.cookies.get(ctx, 'last_upstream');
  const buttons = offeredUpstreams(deps, visit).map(({ id, name, preset, available }) => ({
    id,
    name,
    preset,
    action: upstreamPath(visit, id),
    lastUsed: id === last,
    available,
  }));
  return buttons.toSorted((left, right) => Number(right.lastUsed) - Number(left.lastUsed));
}

/** Where the button of an upstream posts to. */
export function upstreamPath(visit: Visit, upstreamId: string): string {
  return pathOf(visit, `upstream/${upstreamId}`);
}

/** Where a form may end that leads to the app or to an upstream: by a button, or by the domain of an address. */
export function formTargets(deps: SignInDeps, visit: Visit): string[] {
  return [visit.formTarget, ...offeredUpstreams(deps, visit).flatMap((upstream) => upstream.origins)];
}
