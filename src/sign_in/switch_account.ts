import type { Context } from 'koa';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { completeSignIn } from './finish.ts';
import { stepOf } from './steps.ts';

/** Says, before anything happens, that going on signs the other account out of all apps on this browser. */
export async function showSwitch(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, oidc, accounts } = deps;
  const step = stepOf(visit);
  const session = await oidc.session(ctx);
  if (step.step !== 'switch-account' || !session) return web.redirect(ctx, `/interaction/${visit.uid}`);
  const [from, to] = await Promise.all([accounts.find(session.accountId), accounts.find(step.accountId)]);
  await web.page(ctx, {
    view: 'sign_in/switch_account',
    screen: 'switch-account',
    title: web.t(ctx)('sign_in.switch_account.title'),
    formTargets: [visit.formTarget],
    locals: {
      app: visit.client.name,
      from: from?.address?.stored,
      to: to?.address?.stored,
      action: `/interaction/${visit.uid}/switch-account`,
      stayAction: `/interaction/${visit.uid}/start-again`,
    },
  });
}

/** The person agreed: the proof made before counts now. */
export async function submitSwitch(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  await deps.web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'switch-account') return deps.web.redirect(ctx, `/interaction/${visit.uid}`);
  await completeSignIn(deps, ctx, visit, step);
}
