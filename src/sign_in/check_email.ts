import type { Context } from 'koa';
import { COOL_DOWN, type CodeRefused } from '../accounts/index.ts';
import { maskAddress, parseAddress } from '../kit/addresses.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Translate } from '../locales/index.ts';
import type { Visit } from '../oidc/index.ts';
import { addressProblems, problem, refusedForNow, type Shown } from '../web/index.ts';
import { awaitCode } from './await_code.ts';
import { bindingOf, type SignInDeps } from './deps.ts';
import { goHome } from './go_home.ts';
import { goOn } from './go_on.ts';
import { entranceOf } from './invited.ts';
import { domainProblems } from './signup.ts';
import { atStep, moveTo, pathOf, type StepNamed } from './steps.ts';
import { formTargets } from './upstream_buttons.ts';

/** The page that takes the mailed code, alike for a free address and a taken one. */
const show = (shown: Shown, typed = '') =>
  atStep('check-email', async (deps, ctx, visit, step) => {
    const { web, accounts } = deps;
    const t = web.t(ctx);
    const confirmed = await accounts.codes.confirmed(step.proofId, bindingOf(deps, ctx, visit));
    await web.page(ctx, {
      view: 'sign_in/check_email',
      screen: 'check-email',
      title: t('sign_in.check_email.title'),
      status: shown.status,
      formTargets: formTargets(deps, visit),
      locals: {
        action: pathOf(visit, 'check-email'),
        resendAction: pathOf(visit, 'check-email/resend'),
        startAgainAction: pathOf(visit, 'start-again'),
        changeAction: step.changeable ? pathOf(visit, 'check-email/address') : undefined,
        confirmedAction: pathOf(visit, 'check-email/confirmed'),
        linked: step.linked ?? false,
        confirmed: confirmed !== undefined,
        values: { email: typed },
        maskedEmail: maskAddress(step.address),
        seconds: deps.codeSeconds(),
        resendIn: Math.max(0, step.sentAt + COOL_DOWN - epochSeconds()),
        note: step.resent ? t('sign_in.check_email.resent') : undefined,
        problems: shown.problems ?? [],
      },
    });
  });

/** "Check your e-mail". */
export const showCheckEmail = show({});

/** A right code does what its proof is for; a wrong one says how many tries are left. */
export const submitCode = atStep('check-email', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  const { code = '' } = await web.form(ctx);
  const t = web.t(ctx);
  if (code.trim() === '') {
    const problems = [problem(t, 'sign_in.problems.code_missing', 'code')];
    return show({ status: 422, problems })(deps, ctx, visit);
  }
  const redeemed = await accounts.codes.redeem(step.proofId, code, bindingOf(deps, ctx, visit));
  if (redeemed.ok) return goOn(deps, ctx, visit, redeemed.outcome, { manner: step.manner });
  if (redeemed.reason === 'used') return leadOn(deps, ctx, visit, step);
  if (redeemed.retryAfter !== undefined) return show(refusedForNow(ctx, t, redeemed.retryAfter))(deps, ctx, visit);
  await show({ status: redeemed.reason === 'too_many' ? 429 : 422, problems: [refusedCode(t, redeemed)] })(
    deps,
    ctx,
    visit,
  );
});

/** Confirmed by the link: the page says so. Else the code was pressed twice, and the first press has led on already. */
async function leadOn(deps: SignInDeps, ctx: Context, visit: Visit, { proofId }: StepNamed<'check-email'>) {
  const confirmed = await deps.accounts.codes.confirmed(proofId, bindingOf(deps, ctx, visit));
  deps.web.redirect(ctx, pathOf(visit, confirmed ? 'check-email' : ''));
}

/** Sends a new code; the old one is dead. */
export const resendCode = atStep('check-email', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  await web.form(ctx);
  const sent = await accounts.codes.resend(step.proofId, bindingOf(deps, ctx, visit));
  if (sent.ok)
    return moveTo(deps, ctx, visit, { ...step, proofId: sent.proofId, sentAt: epochSeconds(), resent: true });
  if (sent.reason === 'over') return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'start_over' } });
  const shown = refusedForNow(ctx, web.t(ctx), sent.retryAfter, 'sign_in.problems.too_many_codes');
  await show(shown)(deps, ctx, visit);
});

/** Another address for the same sign-up: the code that went to the first one is dead. */
export const changeAddress = atStep('check-email', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  const { email = '' } = await web.form(ctx);
  const address = parseAddress(email);
  const entrance = await entranceOf(deps, visit);
  const problems = [...addressProblems(web.t(ctx), email, address), ...domainProblems(deps, ctx, entrance, address)];
  if (!step.changeable) return web.redirect(ctx, pathOf(visit));
  if (!address || problems.length > 0) return show({ status: 422, problems }, email)(deps, ctx, visit);
  const again = (shown: Shown) => show(shown, email)(deps, ctx, visit);
  if (await goHome(deps, ctx, visit, address, { byPassword: true, again })) return;
  const sent = await accounts.codes.changeAddress(step.proofId, address, bindingOf(deps, ctx, visit));
  await awaitCode(deps, ctx, visit, sent, {
    address: address.stored,
    manner: step.manner,
    linked: true,
    changeable: true,
    again,
  });
});

/** For the script of the page: whether the mailed link was used, in whichever browser. */
export const isConfirmed = atStep('check-email', async (deps, ctx, visit, step) => {
  const account = await deps.accounts.codes.confirmed(step.proofId, bindingOf(deps, ctx, visit));
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { confirmed: account !== undefined };
});

/** "I have confirmed it": this browser began the sign-up, and the mailed link proved the address. */
export const goOnConfirmed = atStep('check-email', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  await web.form(ctx);
  const account = await accounts.codes.confirmed(step.proofId, bindingOf(deps, ctx, visit));
  if (account) return goOn(deps, ctx, visit, { decision: 'sign_in', account }, { manner: step.manner });
  const problems = [problem(web.t(ctx), 'sign_in.problems.not_confirmed')];
  await show({ status: 422, problems })(deps, ctx, visit);
});

function refusedCode(t: Translate, { reason, triesLeft }: CodeRefused) {
  if (reason === 'wrong' && triesLeft > 0)
    return problem(t, 'sign_in.problems.code_wrong', 'code', { left: triesLeft });
  return problem(t, 'sign_in.problems.code_dead', 'code');
}
