import { goOnProven, isOld, startOver } from './finish.ts';
import { atStep, pathOf } from './steps.ts';

/** Says, before anything happens, that going on signs the other account out of all apps on this browser. */
export const showSwitch = atStep('switch-account', async (deps, ctx, visit, step) => {
  const { web, oidc, accounts } = deps;
  const session = await oidc.session(ctx);
  const [from, to] = await Promise.all([session && accounts.find(session.accountId), accounts.find(step.accountId)]);
  // Signed out meanwhile, or too long ago: nothing is left to switch, and showing a page never signs anybody in.
  if (!from || isOld(step)) return startOver(deps, ctx, visit);
  await web.page(ctx, {
    view: 'sign_in/switch_account',
    screen: 'switch-account',
    title: web.t(ctx)('sign_in.switch_account.title'),
    formTargets: [visit.formTarget],
    locals: {
      app: visit.client.name,
      from: from.address?.stored,
      to: to?.address?.stored,
      action: pathOf(visit, 'switch-account'),
      stayAction: pathOf(visit, 'start-again'),
    },
  });
});

/** The person agreed: the proof made before counts now. */
export const submitSwitch = atStep('switch-account', async (deps, ctx, visit, step) => {
  await deps.web.form(ctx);
  await goOnProven(deps, ctx, visit, step, { agreedToSwitch: true });
});
