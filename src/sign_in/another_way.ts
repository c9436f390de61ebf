import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { pathOf } from './steps.ts';

/** Where a password is asked, whatever the prompt of the visit is. */
export function loginPath(visit: Visit): string {
  return pathOf(visit, visit.prompt.name === 'login' ? '' : 'login');
}

/** The button of an error page on which this way ends: the visit is alive, and there may be others. */
export function offerAnotherWay({ web }: Pick<SignInDeps, 'web'>, ctx: Context, visit: Visit): void {
  web.note(ctx, { primary: { label: web.t(ctx)('error_page.another_way'), href: loginPath(visit) } });
}

/** Whoever was proven may not sign in, but perhaps has another account. */
export function accountDisabled(deps: Pick<SignInDeps, 'web'>, ctx: Context, visit: Visit): IdpError {
  offerAnotherWay(deps, ctx, visit);
  return new IdpError('account_disabled', { reference: visit.reference });
}
