import type { Context } from 'koa';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { pathOf } from './steps.ts';

/** One "Continue with ..." button; its words come from the texts. */
export interface UpstreamButton {
  id: string;
  name: string;
  preset: string;
  action: string;
  lastUsed: boolean;
}

/** The upstreams of this page in config order, the one last used on this browser first. */
export function upstreamButtons({ upstreams, web }: SignInDeps, ctx: Context, visit: Visit): UpstreamButton[] {
  const last = web.cookies.get(ctx, 'last_upstream');
  const buttons = upstreams.list().map(({ id, name, preset }) => ({
    id,
    name,
    preset,
    action: pathOf(visit, `upstream/${id}`),
    lastUsed: id === last,
  }));
  return buttons.toSorted((left, right) => Number(right.lastUsed) - Number(left.lastUsed));
}

/** Where a form on a page with upstream buttons may end: the app, and each upstream. */
export function formTargets({ upstreams }: SignInDeps, visit: Visit): string[] {
  return [visit.formTarget, ...upstreams.list().flatMap((upstream) => upstream.origins)];
}
