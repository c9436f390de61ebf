import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { PromptHandler, Visit } from '../oidc/index.ts';
import { goOnByItself, parameterOf } from '../web/index.ts';
import { showAcceptTerms, submitAcceptTerms } from './accept_terms.ts';
import { changeAddress, goOnConfirmed, isConfirmed, resendCode, showCheckEmail, submitCode } from './check_email.ts';
import { chooseAccount, forgetAccount, showChooser } from './choose_account.ts';
import { askAgain, showCompleteProfile, submitCompleteProfile } from './complete_profile.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { mountInvitation } from './invitation.ts';
import { beginTotp, confirmTotp, downloadCodes, goOnWithCodes, showEnrolment } from './enrol_factor.ts';
import { showNotAllowed } from './not_allowed.ts';
import { chooseAnother, sendLinkCode, showLinkAccount, submitLinkPassword } from './link_account.ts';
import { showLogin, submitLogin } from './login.ts';
import { passkeyPages } from './passkey_routes.ts';
import { resendLink, showRecover, showRecoverSent, submitRecover } from './recover.ts';
import {
  showMethods,
  showRecoveryCode,
  showSecondFactor,
  submitRecoveryCode,
  submitSecondFactor,
} from './second_factor.ts';
import { showSignup, submitSignup } from './signup.ts';
import { moveTo, type Handler, type VisitPage } from './steps.ts';
import { showSwitch, submitSwitch } from './switch_account.ts';
import { arriveFromUpstream, beginTrip } from './upstream_trip.ts';
import { mountVerifyEmail } from './verify_email.ts';

/** The pages below /interaction/:uid. Each gets the visit only after its browser and its prompt were checked. */
const pages: readonly VisitPage[] = [
  ['get', 'login', showLogin],
  ['post', 'login', submitLogin],
  ['get', 'signup', showSignup],
  ['post', 'signup', submitSignup],
  ['get', 'recover', showRecover],
  ['post', 'recover', submitRecover],
  ['get', 'recover-sent', showRecoverSent],
  ['post', 'recover-sent', resendLink],
  ['get', 'check-email', showCheckEmail],
  ['post', 'check-email', submitCode],
  ['post', 'check-email/resend', resendCode],
  ['post', 'check-email/address', changeAddress],
  ['get', 'check-email/confirmed', isConfirmed],
  ['post', 'check-email/confirmed', goOnConfirmed],
  ['get', 'complete-profile', showCompleteProfile],
  ['post', 'complete-profile', submitCompleteProfile],
  ['post', 'complete-profile/ask', askAgain],
  ['get', 'link-account', showLinkAccount],
  ['post', 'link-account', submitLinkPassword],
  ['post', 'link-account/code', sendLinkCode],
  ['post', 'link-account/other', chooseAnother],
  ['get', 'second-factor', showSecondFactor],
  ['post', 'second-factor', submitSecondFactor],
  ['get', 'recovery-code', showRecoveryCode],
  ['post', 'recovery-code', submitRecoveryCode],
  ['get', 'choose-method', showMethods],
  ['get', 'enrol-factor', showEnrolment],
  ['post', 'enrol-factor', beginTotp],
  ['post', 'enrol-factor/totp', confirmTotp],
  ['post', 'enrol-factor/codes', goOnWithCodes],
  ['get', 'enrol-factor/codes.txt', downloadCodes],
  ...passkeyPages,
  ['get', 'accept-terms', showAcceptTerms],
  ['post', 'accept-terms', submitAcceptTerms],
  ['get', 'switch-account', showSwitch],
  ['post', 'switch-account', submitSwitch],
  ['get', 'not-allowed', showNotAllowed],
  ['post', 'start-again', startAgain],
  ['post', 'cancel', cancel],
  ['post', 'choose/:account', (deps, ctx, visit) => chooseAccount(deps, ctx, visit, parameterOf(ctx, 'account'))],
  ['post', 'forget/:account', (deps, ctx, visit) => forgetAccount(deps, ctx, visit, parameterOf(ctx, 'account'))],
  ['post', 'upstream/:upstream', (deps, ctx, visit) => beginTrip(deps, ctx, visit, parameterOf(ctx, 'upstream'))],
];

/** The first page and the form of each prompt. What the chooser's own forms post goes to pages of their own. */
const prompts = {
  login: [showLogin, submitLogin],
  create: [showSignup, submitSignup],
  select_account: [showChooser, submitLogin],
} as const satisfies Record<string, [show: Handler, submit: Handler]>;

/** Mounts the pages and returns the prompts, for whoever dispatches /interaction/:uid. */
export function mountSignIn(deps: SignInDeps): Record<keyof typeof prompts, PromptHandler> {
  const { router } = deps.web;
  for (const [method, path, handler] of pages) {
    router[method](`/interaction/:uid/${path}`, async (ctx) => handler(deps, ctx, await ownVisit(deps, ctx)));
  }
  router.get('/interaction/:uid/restart', (ctx) => restart(deps, ctx));
  mountUpstreams(deps);
  mountVerifyEmail(deps);
  mountInvitation(deps);
  router.post('/forget-device', (ctx) => forgetDevice(deps, ctx));
  const handlers = ([show, submit]: readonly [Handler, Handler]): PromptHandler => ({
    show: (ctx, visit) => show(deps, ctx, visit),
    submit: (ctx, visit) => submit(deps, ctx, visit),
  });
  const { login, create, select_account } = prompts;
  return { login: handlers(login), create: handlers(create), select_account: handlers(select_account) };
}

function mountUpstreams(deps: SignInDeps): void {
  const { web } = deps;
  for (const path of ['/upstream/:upstream/callback', '/upstream/:upstream/resume']) {
    web.router.get(path, async (ctx) => {
      await arriveFromUpstream(deps, ctx, parameterOf(ctx, 'upstream'), ctx.URL.searchParams);
      if (ctx.status === 303) await goOnByItself(web, ctx, ctx.response.get('Location'));
    });
  }
  web.router.post('/upstream/:upstream/callback', async (ctx) => {
    const fields = new URLSearchParams(await web.rawForm(ctx));
    await arriveFromUpstream(deps, ctx, parameterOf(ctx, 'upstream'), fields);
  });
}

/** The visit, when its present prompt is one of ours: a consent page has no sign-in below it. */
async function ownVisit({ oidc }: SignInDeps, ctx: Context): Promise<Visit> {
  const visit = await oidc.current(ctx);
  if (!Object.hasOwn(prompts, visit.prompt.name)) throw new IdpError('not_found', { reference: visit.reference });
  return visit;
}

/** "Not you?", "Use another account", "Cancel and sign in another way": back to the first page, for anyone. */
async function startAgain(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  await deps.web.form(ctx);
  await moveTo(deps, ctx, visit, { step: 'start', anyone: true });
}

/** "Cancel and return to the app": the app gets `access_denied`. */
async function cancel({ web, oidc, record }: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  await web.form(ctx);
  await record({ ...aboutVisit(visit), type: 'sign_in.cancelled', outcome: 'refused' });
  web.redirect(ctx, await oidc.abort(visit, 'access_denied'));
}

/** An expired visit begins again with the same request; "Switch account" on the consent page does so with the chooser. */
async function restart({ web, oidc }: SignInDeps, ctx: Context): Promise<void> {
  const prompt = ctx.query['prompt'] === 'select_account' ? { prompt: 'select_account' } : {};
  const url = await oidc.restart(ctx, prompt);
  if (url === undefined) throw new IdpError('interaction_expired');
  web.redirect(ctx, url);
}

/** "Forget how you sign in here": the last upstream and the remembered accounts of this browser. */
async function forgetDevice({ web, oidc }: SignInDeps, ctx: Context): Promise<void> {
  await web.form(ctx);
  await oidc.forget(web.browser.ensure(ctx));
  web.cookies.set(ctx, 'last_upstream', null);
  web.redirect(ctx, '/');
}
