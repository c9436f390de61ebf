import type { Context } from 'koa';
import { COOL_DOWN, type ResetAsked } from '../accounts/index.ts';
import { maskAddress, parseAddress, type Address } from '../kit/addresses.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import { addressProblems, refusedForNow, type Shown } from '../web/index.ts';
import { loginPath } from './another_way.ts';
import { bindingOf, type SignInDeps } from './deps.ts';
import { goHome } from './go_home.ts';
import { atStep, moveTo, pathOf } from './steps.ts';
import { formTargets } from './upstream_buttons.ts';
import { offeredUpstreams, requireLocal } from './ways.ts';

/** "Forgot password?": asks for the address. What was typed on the login page comes along. */
export function showRecover(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const typed = ctx.query['email'];
  return show(deps, ctx, visit, {}, typeof typed === 'string' ? typed.slice(0, 254) : '');
}

async function show(deps: SignInDeps, ctx: Context, visit: Visit, shown: Shown, typed: string): Promise<void> {
  const { web } = deps;
  requireLocal(visit);
  await web.page(ctx, {
    view: 'sign_in/recover',
    screen: 'recover',
    title: web.t(ctx)('sign_in.recover.title'),
    status: shown.status,
    formTargets: formTargets(deps, visit),
    locals: {
      action: pathOf(visit, 'recover'),
      loginAction: loginPath(visit),
      values: { email: typed },
      problems: shown.problems ?? [],
    },
  });
}

/** Leads everybody to the same page, whoever has the address. */
export async function submitRecover(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { email = '' } = await deps.web.form(ctx);
  requireLocal(visit);
  const address = parseAddress(email);
  const again = (shown: Shown) => show(deps, ctx, visit, shown, email);
  const problems = addressProblems(deps.web.t(ctx), email, address);
  if (!address) return again({ status: 422, problems });
  if (await goHome(deps, ctx, visit, address, { byPassword: true, again })) return;
  const asked = await ask(deps, ctx, visit, address);
  if (!asked.ok) return again(tooMany(deps, ctx, asked.retryAfter));
  const { seconds } = asked;
  await moveTo(deps, ctx, visit, { step: 'recover-sent', address, seconds, sentAt: epochSeconds() });
}

const showSent = (shown: Shown) =>
  atStep('recover-sent', async (deps, ctx, visit, step) => {
    const { web } = deps;
    const t = web.t(ctx);
    const names = offeredUpstreams(deps, visit).map(({ name }) => name);
    await web.page(ctx, {
      view: 'sign_in/recover_sent',
      screen: 'recover',
      title: t('sign_in.recover.sent_title'),
      status: shown.status,
      formTargets: [visit.formTarget],
      locals: {
        maskedEmail: maskAddress(step.address.stored),
        seconds: step.seconds,
        resendAction: pathOf(visit, 'recover-sent'),
        resendIn: Math.max(0, step.sentAt + COOL_DOWN - epochSeconds()),
        otherAction: pathOf(visit, 'recover'),
        loginAction: loginPath(visit),
        upstreams:
          names.length > 0 ? new Intl.ListFormat(web.locale(ctx), { type: 'disjunction' }).format(names) : undefined,
        note: step.resent ? t('sign_in.recover.resent') : undefined,
        problems: shown.problems ?? [],
      },
    });
  });

/** "If there is an account with this address, we sent a link to it." */
export const showRecoverSent = showSent({});

/** Sends a new link, at most one a minute; the old one is dead. */
export const resendLink = atStep('recover-sent', async (deps, ctx, visit, step) => {
  await deps.web.form(ctx);
  requireLocal(visit);
  const wait = step.sentAt + COOL_DOWN - epochSeconds();
  if (wait > 0) return showSent(tooMany(deps, ctx, wait))(deps, ctx, visit);
  const asked = await ask(deps, ctx, visit, step.address);
  if (!asked.ok) return showSent(tooMany(deps, ctx, asked.retryAfter))(deps, ctx, visit);
  await moveTo(deps, ctx, visit, { ...step, sentAt: epochSeconds(), resent: true });
});

/** The way to "Forgot password?" that takes along what was typed (WCAG 2.2, 3.3.7). */
export function recoverPath(visit: Visit, typed: string): string {
  return pathOf(visit, 'recover') + (parseAddress(typed) ? `?${new URLSearchParams({ email: typed }).toString()}` : '');
}

function ask(deps: SignInDeps, ctx: Context, visit: Visit, address: Address): Promise<ResetAsked> {
  return deps.accounts.recover(address, bindingOf(deps, ctx, visit), deps.web.locale(ctx));
}

function tooMany({ web }: SignInDeps, ctx: Context, wait: number): Shown {
  return refusedForNow(ctx, web.t(ctx), wait, 'sign_in.problems.too_many_links');
}
