import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import { problem, type Shown } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';
import { goOnProven, isOld, isStale, proveMore, startOver } from './finish.ts';
import { missingStep } from './second_step.ts';
import { atStep, moveTo, pathOf, type Handler, type StepNamed } from './steps.ts';

type Enrolling = StepNamed<'enrol-factor'>;

/** A page or form of somebody who sets up a factor. Who waited too long starts over: it may be somebody else by now. */
export function atEnrolment(
  handler: (deps: SignInDeps, ctx: Context, visit: Visit, step: Enrolling) => Promise<void>,
): Handler {
  return atStep('enrol-factor', (deps, ctx, visit, step) =>
    isOld(step) ? startOver(deps, ctx, visit) : handler(deps, ctx, visit, step),
  );
}

/**
 * The account, as long as it has nothing to prove instead. Undefined where the answer is given: a factor that came meanwhile is
 * asked for, or whoever has only the password would set up one beside it.
 */
export async function enrolling(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  step: Enrolling,
): Promise<Account | undefined> {
  const account = await deps.accounts.find(step.accountId);
  const missing = account && !isStale(account, step) && (await missingStep(deps, visit, account, step));
  if (account && missing && missing.step === 'enrol-factor') return account;
  await goOnProven(deps, ctx, visit, step);
  return undefined;
}

const show = (shown: Shown) =>
  atEnrolment(async (deps, ctx, visit, step) => {
    const { web } = deps;
    const { view, title, locals } = await pageOf(deps, visit, step);
    await web.page(ctx, {
      view,
      screen: 'enrol-factor',
      title: web.t(ctx)(title),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        app: visit.client.name,
        switchAction: pathOf(visit, 'start-again'),
        cancelAction: pathOf(visit, 'cancel'),
        problems: shown.problems ?? [],
        ...locals,
      },
    });
  });

/** What is needed and is not there yet: the choice, then the new app, then its recovery codes. */
export const showEnrolment = show({});

/** An authenticator app was chosen: from now on the page shows its secret, always the same until a code of it confirms it. */
export const beginTotp = atEnrolment(async (deps, ctx, visit, step) => {
  const { web, secondFactors } = deps;
  await web.form(ctx);
  if (step.totp || step.codes || !step.ways.includes('totp')) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  const account = await enrolling(deps, ctx, visit, step);
  if (!account) return;
  const { secret: totp } = secondFactors.newTotp(account);
  // Whoever gets an app first needs the time for that.
  await moveTo(deps, ctx, visit, { ...step, totp, since: epochSeconds() });
});

/** The first code confirms the app, and counts as the second factor of this sign-in. */
export const confirmTotp = atEnrolment(async (deps, ctx, visit, step) => {
  const { web, secondFactors } = deps;
  const { code = '' } = await web.form(ctx);
  if (!step.totp || step.codes) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  const account = await enrolling(deps, ctx, visit, step);
  if (!account) return;
  const occasion = { reference: visit.reference, locale: web.locale(ctx) };
  const enrolled = await secondFactors.enrolTotp(account, step.totp, code, occasion);
  if (enrolled.ok) return keepCodes(deps, ctx, visit, { ...step, totp: undefined }, ['otp'], enrolled.codes);
  // Another tab was faster: the app that is there is asked for.
  if (enrolled.reason === 'enrolled_already') return goOnProven(deps, ctx, visit, step);
  const problems = [problem(web.t(ctx), 'sign_in.problems.totp_wrong', 'code')];
  await show({ status: 422, problems })(deps, ctx, visit);
});

/** Goes on with whoever set up a factor and has proven it by that: past the recovery codes, if there are new ones. */
export async function keepCodes(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  step: Enrolling,
  methods: readonly string[],
  codes?: string[],
): Promise<void> {
  if (!codes) return proveMore(deps, ctx, visit, step, methods);
  const manner = { ...step.manner, methods: [...step.manner.methods, ...methods] };
  await moveTo(deps, ctx, visit, { ...step, manner, codes, since: epochSeconds() });
}

/** "I saved them": the codes are shown no more, and the sign-in goes on. */
export const goOnWithCodes = atEnrolment(async (deps, ctx, visit, step) => {
  const { web, oidc } = deps;
  const { saved } = await web.form(ctx);
  if (!step.codes) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  if (saved !== '1') {
    const problems = [problem(web.t(ctx), 'sign_in.problems.codes_not_saved', 'saved')];
    return show({ status: 422, problems })(deps, ctx, visit);
  }
  await oidc.progress(visit.uid, { step: 'start' });
  await proveMore(deps, ctx, visit, step, []);
});

/** The codes as a text file, as long as they are shown. */
export const downloadCodes = atEnrolment(async ({ web }, ctx, visit, { codes }) => {
  if (!codes) return web.redirect(ctx, pathOf(visit, 'enrol-factor'));
  ctx.attachment('recovery-codes.txt');
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'text/plain';
  ctx.body = `${codes.join('\n')}\n`;
});

async function pageOf({ accounts, secondFactors }: SignInDeps, visit: Visit, step: Enrolling) {
  const { codes, totp, ways } = step;
  if (codes) {
    const [action, download] = [pathOf(visit, 'enrol-factor/codes'), pathOf(visit, 'enrol-factor/codes.txt')];
    const title = 'sign_in.enrol_factor.codes_title' as const;
    return { view: 'sign_in/enrol_codes', title, locals: { codes, action, download } };
  }
  const account = totp === undefined ? undefined : await accounts.find(step.accountId);
  if (totp !== undefined && account) {
    const app = secondFactors.showTotp(account, totp);
    const title = 'sign_in.enrol_factor.totp_title' as const;
    return { view: 'sign_in/enrol_totp', title, locals: { totp: app, action: pathOf(visit, 'enrol-factor/totp') } };
  }
  const title = 'sign_in.enrol_factor.title' as const;
  const passkeyPath = ways.includes('passkey') ? pathOf(visit, 'enrol-factor/passkey') : undefined;
  const totpAction = ways.includes('totp') ? pathOf(visit, 'enrol-factor') : undefined;
  return { view: 'sign_in/enrol_factor', title, locals: { passkeyPath, totpAction } };
}
