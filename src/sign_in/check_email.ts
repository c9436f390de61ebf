import type { CodeRefused } from '../accounts/index.ts';
import { maskAddress } from '../kit/addresses.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Translate } from '../locales/index.ts';
import { bindingOf } from './deps.ts';
import { goOn } from './go_on.ts';
import { problem, refusedForNow, type Shown } from './problems.ts';
import { atStep, moveTo, pathOf } from './steps.ts';

const RESEND_SECONDS = 60;

/** The page that takes the mailed code, alike for a free address and a taken one. */
const show = (shown: Shown) =>
  atStep('check-email', async (deps, ctx, visit, step) => {
    const { web } = deps;
    const t = web.t(ctx);
    await web.page(ctx, {
      view: 'sign_in/check_email',
      screen: 'check-email',
      title: t('sign_in.check_email.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        action: pathOf(visit, 'check-email'),
        resendAction: pathOf(visit, 'check-email/resend'),
        startAgainAction: pathOf(visit, 'start-again'),
        maskedEmail: maskAddress(step.address),
        resendIn: Math.max(0, step.sentAt + RESEND_SECONDS - epochSeconds()),
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
  // Pressed twice: the first press has led on already.
  if (redeemed.reason === 'used') return web.redirect(ctx, pathOf(visit));
  if (redeemed.retryAfter !== undefined) return show(refusedForNow(ctx, t, redeemed.retryAfter))(deps, ctx, visit);
  await show({ status: redeemed.reason === 'too_many' ? 429 : 422, problems: [refusedCode(t, redeemed)] })(
    deps,
    ctx,
    visit,
  );
});

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

function refusedCode(t: Translate, { reason, triesLeft }: CodeRefused) {
  if (reason === 'wrong' && triesLeft > 0)
    return problem(t, 'sign_in.problems.code_wrong', 'code', { left: triesLeft });
  return problem(t, 'sign_in.problems.code_dead', 'code');
}
