import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { Proof } from '../second_factors/index.ts';
import { problem, refusedForNow, type Shown } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';
import { isOld, isStale, proveMore, startOver } from './finish.ts';
import { trustHelps } from './second_step.ts';
import { atStep, pathOf, secondPath, type Handler, type SecondWay, type StepNamed } from './steps.ts';

type Asking = StepNamed<'second-factor'>;

/** A page or form that asks for one second factor. Whoever cannot prove that one is led to one that they can, and who waited too long starts over. */
export function atSecond(
  way: SecondWay,
  handler: (deps: SignInDeps, ctx: Context, visit: Visit, step: Asking) => Promise<void>,
): Handler {
  return atStep('second-factor', async (deps, ctx, visit, step) => {
    if (isOld(step)) return startOver(deps, ctx, visit);
    if (step.ways.includes(way)) return handler(deps, ctx, visit, step);
    deps.web.redirect(ctx, secondPath(visit, step.ways[0] ?? way));
  });
}

/** What every page of a second factor shows around its form: whom it is about, and the ways away from it. */
export function aroundSecond(visit: Visit, step: Asking) {
  return {
    app: visit.client.name,
    otherPath: step.ways.length > 1 ? pathOf(visit, 'choose-method') : undefined,
    switchAction: pathOf(visit, 'start-again'),
    cancelAction: pathOf(visit, 'cancel'),
  };
}

const show = (shown: Shown) =>
  atSecond('totp', async (deps, ctx, visit, step) => {
    const { web, accounts, secondFactors } = deps;
    const account = await accounts.find(step.accountId);
    await web.page(ctx, {
      view: 'sign_in/second_factor',
      screen: 'second-factor',
      title: web.t(ctx)('sign_in.second_factor.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        ...aroundSecond(visit, step),
        email: account?.address?.stored,
        action: secondPath(visit, 'totp'),
        trustSeconds: account && trustHelps(visit, account) ? secondFactors.trustSeconds() : 0,
        problems: shown.problems ?? [],
      },
    });
  });

/** Asks for the code of the authenticator app. */
export const showSecondFactor = show({});

/** A right code is used up, and the sign-in goes on. */
export const submitSecondFactor = atSecond('totp', async (deps, ctx, visit, step) => {
  const { web, secondFactors } = deps;
  const { code = '', trust } = await web.form(ctx);
  const account = await standing(deps, step);
  if (!account) return startOver(deps, ctx, visit);
  const proof = await secondFactors.proveTotp(account.id, code, { reference: visit.reference });
  if (!proof.ok) return show(refusal(deps, ctx, proof, 'totp'))(deps, ctx, visit);
  if (trust === '1' && trustHelps(visit, account)) await secondFactors.trust(ctx, account);
  await proveMore(deps, ctx, visit, step, [proof.method]);
});

const showRecovery = (shown: Shown) =>
  atSecond('recovery_code', async ({ web }, ctx, visit, step) => {
    await web.page(ctx, {
      view: 'sign_in/recovery_code',
      screen: 'recovery-code',
      title: web.t(ctx)('sign_in.recovery_code.title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        ...aroundSecond(visit, step),
        action: secondPath(visit, 'recovery_code'),
        problems: shown.problems ?? [],
      },
    });
  });

/** Asks for one of the codes that the person kept for when everything else is lost. */
export const showRecoveryCode = showRecovery({});

/** The code is used up, and its owner gets a mail. Too many wrong ones end what was proven before. */
export const submitRecoveryCode = atSecond('recovery_code', async (deps, ctx, visit, step) => {
  const { web, secondFactors, oidc } = deps;
  const { code = '' } = await web.form(ctx);
  const account = await standing(deps, step);
  if (!account) return startOver(deps, ctx, visit);
  const occasion = { reference: visit.reference, locale: web.locale(ctx) };
  const proof = await secondFactors.proveRecoveryCode(account.id, code, occasion);
  if (proof.ok) return proveMore(deps, ctx, visit, step, [proof.method]);
  const again = showRecovery(refusal(deps, ctx, proof, 'recovery_code'));
  await again(deps, ctx, visit);
  if (proof.reason === 'throttled') await oidc.progress(visit.uid, { step: 'start', anyone: true });
});

/** The ways that are enough, for their person to choose one. */
export const showMethods = atStep('second-factor', async (deps, ctx, visit, step) => {
  const { web } = deps;
  if (isOld(step)) return startOver(deps, ctx, visit);
  await web.page(ctx, {
    view: 'sign_in/choose_method',
    screen: 'choose-method',
    title: web.t(ctx)('sign_in.choose_method.title'),
    formTargets: [visit.formTarget],
    locals: {
      ...aroundSecond(visit, step),
      ways: step.ways.map((way) => ({ way, href: secondPath(visit, way) })),
      problems: [],
    },
  });
});

/** The account as long as what was proven of it before still counts: a code is not used up for nothing. */
async function standing({ accounts }: SignInDeps, step: Asking): Promise<Account | undefined> {
  const account = await accounts.find(step.accountId);
  return isStale(account, step) ? undefined : account;
}

function refusal(
  { web }: SignInDeps,
  ctx: Context,
  proof: Exclude<Proof, { ok: true }>,
  way: 'totp' | 'recovery_code',
): Shown {
  const t = web.t(ctx);
  if (proof.reason === 'throttled') return refusedForNow(ctx, t, proof.retryAfter);
  return { status: 422, problems: [problem(t, `sign_in.problems.${way}_${proof.reason}`, 'code')] };
}
