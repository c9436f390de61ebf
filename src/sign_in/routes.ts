import type { Context } from 'koa';
import { IdpError } from '../kit/errors.ts';
import type { PromptHandler, Visit } from '../oidc/index.ts';
import { resendCode, showCheckEmail, submitCode } from './check_email.ts';
import { chooseAccount, forgetAccount, showChooser, submitChooser } from './choose_account.ts';
import { showCompleteProfile, submitCompleteProfile } from './complete_profile.ts';
import type { SignInDeps } from './deps.ts';
import { sendLinkCode, showLinkAccount, submitLinkPassword } from './link_account.ts';
import { showLogin, submitLogin } from './login.ts';
import { moveTo } from './move.ts';
import { showSignup, submitSignup } from './signup.ts';
import { showSwitch, submitSwitch } from './switch_account.ts';
import { arriveFromUpstream, beginTrip } from './upstream_trip.ts';

type Handler = (deps: SignInDeps, ctx: Context, visit: Visit) => Promise<void>;

/** The pages below /interaction/:uid. Each loads the visit first, which checks the browser and the prompt. */
const steps: readonly { method: 'get' | 'post'; path: string; handler: Handler }[] = [
  { method: 'get', path: 'login', handler: showLogin },
  { method: 'post', path: 'login', handler: submitLogin },
  { method: 'get', path: 'signup', handler: showSignup },
  { method: 'post', path: 'signup', handler: submitSignup },
  { method: 'get', path: 'check-email', handler: showCheckEmail },
  { method: 'post', path: 'check-email', handler: submitCode },
  { method: 'post', path: 'check-email/resend', handler: resendCode },
  { method: 'get', path: 'complete-profile', handler: showCompleteProfile },
  { method: 'post', path: 'complete-profile', handler: submitCompleteProfile },
  { method: 'get', path: 'link-account', handler: showLinkAccount },
  { method: 'post', path: 'link-account', handler: submitLinkPassword },
  { method: 'post', path: 'link-account/code', handler: sendLinkCode },
  { method: 'get', path: 'switch-account', handler: showSwitch },
  { method: 'post', path: 'switch-account', handler: submitSwitch },
  { method: 'post', path: 'start-again', handler: startAgain },
  { method: 'post', path: 'cancel', handler: cancel },
  {
    method: 'post',
    path: 'choose/:account',
    handler: (deps, ctx, visit) => chooseAccount(deps, ctx, visit, parameter(ctx, 'account')),
  },
  {
    method: 'post',
    path: 'forget/:account',
    handler: (deps, ctx, visit) => forgetAccount(deps, ctx, visit, parameter(ctx, 'account')),
  },
  {
    method: 'post',
    path: 'upstream/:upstream',
    handler: (deps, ctx, visit) => beginTrip(deps, ctx, visit, parameter(ctx, 'upstream')),
  },
];

/** Mounts the pages and gives the prompts to whoever dispatches /interaction/:uid. */
export function createSignIn(deps: SignInDeps): Record<'login' | 'create' | 'select_account', PromptHandler> {
  const { web, oidc } = deps;
  for (const { method, path, handler } of steps) {
    web.router[method](`/interaction/:uid/${path}`, async (ctx) => handler(deps, ctx, await ownVisit(deps, ctx)));
  }
  web.router.get('/interaction/:uid/restart', (ctx) => restart(deps, ctx));
  for (const path of ['/upstream/:upstream/callback', '/upstream/:upstream/resume']) {
    web.router.get(path, async (ctx) => {
      await arriveFromUpstream(deps, ctx, parameter(ctx, 'upstream'), ctx.URL.searchParams);
      await endFormChain(deps, ctx);
    });
  }
  web.router.post('/upstream/:upstream/callback', async (ctx) => {
    const fields = new URLSearchParams(await web.rawForm(ctx));
    await arriveFromUpstream(deps, ctx, parameter(ctx, 'upstream'), fields);
  });
  web.router.post('/forget-device', async (ctx) => {
    await web.form(ctx);
    await oidc.forget(web.browser.ensure(ctx));
    web.cookies.set(ctx, 'last_upstream', null);
    web.redirect(ctx, '/');
  });
  const prompt = (show: Handler, submit: Handler): PromptHandler => ({
    show: (ctx, visit) => show(deps, ctx, visit),
    submit: (ctx, visit) => submit(deps, ctx, visit),
  });
  return {
    login: prompt(showLogin, submitLogin),
    create: prompt(showSignup, submitSignup),
    select_account: prompt(showChooser, submitChooser),
  };
}

/** The visit, when its present prompt is one of ours: a consent page has no sign-in below it. */
async function ownVisit({ oidc }: SignInDeps, ctx: Context): Promise<Visit> {
  const visit = await oidc.current(ctx);
  if (visit.prompt.name === 'consent') throw new IdpError('not_found', { reference: visit.reference });
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
  await record({
    type: 'sign_in.cancelled',
    outcome: 'refused',
    reference: visit.reference,
    clientId: visit.client.id,
  });
  web.redirect(ctx, await oidc.abort(visit, 'access_denied'));
}

/** An expired visit begins again with the same request; "Switch account" on the consent page does so with the chooser. */
async function restart({ web, oidc }: SignInDeps, ctx: Context): Promise<void> {
  const prompt = ctx.query['prompt'] === 'select_account' ? { prompt: 'select_account' } : {};
  const url = await oidc.restart(ctx, prompt);
  if (url === undefined) throw new IdpError('interaction_expired');
  web.redirect(ctx, url);
}

/**
 * Browsers hold every redirect after a form to the `form-action` of the page that has it, and that page may be the
 * upstream's, which knows us but not the app behind us (another Gatehouse is such an upstream). A page that goes on by
 * itself begins a navigation of its own.
 */
async function endFormChain({ web }: SignInDeps, ctx: Context): Promise<void> {
  if (ctx.status !== 303) return;
  const next = ctx.response.get('Location');
  ctx.remove('Location');
  ctx.set('Refresh', `0;url=${next}`);
  await web.page(ctx, {
    view: 'sign_in/going_on',
    screen: 'going-on',
    title: web.t(ctx)('sign_in.going_on.title'),
    locals: { next },
  });
}

/** Of the matched route; the router has put it there. */
function parameter(ctx: Context, name: string): string {
  return (ctx['params'] as Record<string, string | undefined>)[name] ?? '';
}
