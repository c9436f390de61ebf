import type { Context } from 'koa';
import type { CodeRefused } from '../accounts/index.ts';
import { maskAddress } from '../kit/addresses.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import { goOn } from './arrival.ts';
import type { SignInDeps } from './deps.ts';
import { bindingOf, moveTo } from './move.ts';
import { problem, type Problem } from './problems.ts';
import { stepOf, type Manner, type Step } from './steps.ts';
import type { Translate } from '../locales/index.ts';

const RESEND_SECONDS = 60;

interface Shown {
  status?: number;
  problems?: Problem[];
}

/** The page that takes the mailed code, alike for a free address and a taken one. */
export async function showCheckEmail(deps: SignInDeps, ctx: Context, visit: Visit, shown: Shown = {}): Promise<void> {
  const { web } = deps;
  const step = stepOf(visit);
  if (step.step !== 'check-email') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const t = web.t(ctx);
  await web.page(ctx, {
    view: 'sign_in/check_email',
    screen: 'check-email',
    title: t('sign_in.check_email.title'),
    status: shown.status,
    formTargets: [visit.formTarget],
    locals: {
      action: `/interaction/${visit.uid}/check-email`,
      resendAction: `/interaction/${visit.uid}/check-email/resend`,
      startAgainAction: `/interaction/${visit.uid}/start-again`,
      maskedEmail: maskAddress(step.address),
      resendIn: Math.max(0, step.sentAt + RESEND_SECONDS - epochSeconds()),
      note: step.resent ? t('sign_in.check_email.resent') : undefined,
      problems: shown.problems ?? [],
    },
  });
}

/** A right code does what its proof is for; a wrong one says how many tries are left. */
export async function submitCode(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts, record } = deps;
  const fields = await web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'check-email') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const t = web.t(ctx);
  const code = digitsOf(fields['code'] ?? '');
  if (code === '') {
    return showCheckEmail(deps, ctx, visit, {
      status: 422,
      problems: [problem(t, 'sign_in.problems.code_missing', 'code')],
    });
  }
  const redeemed = await accounts.codes.redeem(step.proofId, code, bindingOf(visit));
  if (!redeemed.ok) {
    const about = { reference: visit.reference, clientId: visit.client.id };
    await record({ ...about, type: 'sign_in.code_refused', outcome: 'refused', reason: redeemed.reason });
    if (redeemed.retryAfter !== undefined) ctx.set('Retry-After', String(redeemed.retryAfter));
    const status = redeemed.reason === 'too_many' ? 429 : 422;
    return showCheckEmail(deps, ctx, visit, { status, problems: [refusedCode(t, redeemed)] });
  }
  deps.mail.wake();
  await goOn(deps, ctx, visit, redeemed.outcome, { manner: mannerOf(step) });
}

/** Sends a new code; the old one is dead. */
export async function resendCode(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts } = deps;
  await web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'check-email') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const sent = await accounts.codes.resend(step.proofId, bindingOf(visit));
  if (!sent.ok) {
    ctx.set('Retry-After', String(sent.retryAfter));
    const text = problem(web.t(ctx), 'sign_in.problems.too_many_codes', undefined, { wait: sent.retryAfter });
    return showCheckEmail(deps, ctx, visit, { status: 429, problems: [text] });
  }
  deps.mail.wake();
  await moveTo(deps, ctx, visit, { ...step, proofId: sent.proofId, sentAt: epochSeconds(), resent: true });
}

function mannerOf({ method, remember, upstreamId }: Extract<Step, { step: 'check-email' }>): Manner {
  return { method, remember, upstreamId };
}

function refusedCode(t: Translate, refused: CodeRefused): Problem {
  if (refused.retryAfter !== undefined) {
    return problem(t, 'sign_in.problems.too_many_tries', 'code', { wait: refused.retryAfter });
  }
  if (refused.reason === 'wrong' && refused.triesLeft > 0) {
    return problem(t, 'sign_in.problems.code_wrong', 'code', { left: refused.triesLeft });
  }
  return problem(t, 'sign_in.problems.code_dead', 'code');
}

/** People type spaces, dashes and full-width digits (pages.md 11). */
function digitsOf(typed: string): string {
  return typed.normalize('NFKC').replaceAll(/[\s-]/g, '').slice(0, 32);
}
