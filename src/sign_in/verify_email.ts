import type { Context } from 'koa';
import { deadLink, mountLanding, type LandingPage } from '../web/index.ts';
import { resumedUid, type SignInDeps } from './deps.ts';
import { signupRefused } from './invited.ts';
import { interactionPath } from './steps.ts';

/**
 * `/verify-email`: the link of a verification mail, in whichever browser it is opened. It confirms the address and signs
 * nobody in; the browser in which the sign-up began goes on by itself.
 */
export function mountVerifyEmail(deps: SignInDeps): void {
  const { web, accounts } = deps;
  mountLanding(web, {
    path: '/verify-email',
    screen: 'verify-email',
    look: (ctx, token) => look(deps, ctx, token),
    async act(ctx, token) {
      const confirmed = await accounts.confirm(token, web.browser.read(ctx));
      if (!confirmed.ok && confirmed.reason === 'refused') throw signupRefused(deps, confirmed);
      if (!confirmed.ok) return confirmed.reason;
      const uid = confirmed.resume === undefined ? undefined : resumedUid(deps, confirmed.resume);
      return uid === undefined ? 'confirmed' : `${interactionPath(uid)}/check-email`;
    },
    ends: {
      confirmed: (ctx) => end(deps, ctx, 'confirmed'),
      used: (ctx) => end(deps, ctx, 'used'),
      taken: (ctx) => ({ ...end(deps, ctx, 'taken'), status: 409 }),
      expired: (ctx) => deadLink(web, ctx),
    },
  });
}

async function look(deps: SignInDeps, ctx: Context, token: string): Promise<LandingPage> {
  const { web, accounts } = deps;
  const found = await accounts.lookAtConfirmation(token);
  if (found?.state === 'used') return end(deps, ctx, 'used');
  if (found?.state !== 'usable') return deadLink(web, ctx);
  const t = web.t(ctx);
  return {
    title: t('sign_in.verify_email.title'),
    text: t('sign_in.verify_email.question', { address: found.address.stored, brand: web.brand.name }),
    aside: await signedInAside(deps, ctx, found.address.canonical),
    submit: t('sign_in.verify_email.submit'),
  };
}

/** Whoever is signed in here as somebody else should see that before pressing. */
async function signedInAside(
  { web, oidc, accounts }: SignInDeps,
  ctx: Context,
  canonical: string,
): Promise<string | undefined> {
  const session = await oidc.session(ctx);
  const address = session && (await accounts.find(session.accountId))?.address;
  if (!address || address.canonical === canonical) return undefined;
  return web.t(ctx)('sign_in.verify_email.signed_in_as', { address: address.stored });
}

function end({ web }: SignInDeps, ctx: Context, name: 'confirmed' | 'used' | 'taken'): LandingPage {
  const t = web.t(ctx);
  return {
    title: t(`sign_in.verify_email.${name}.title`),
    text: t(`sign_in.verify_email.${name}.text`),
    next: { label: t('landing.sign_in'), href: '/account' },
  };
}
