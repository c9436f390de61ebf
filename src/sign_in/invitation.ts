import type { Context } from 'koa';
import type { Invitation, InvitationState } from '../accounts/index.ts';
import { maskAddress } from '../kit/addresses.ts';
import { mountLanding, type LandingPage } from '../web/index.ts';
import type { SignInDeps } from './deps.ts';

/** What the page can say. Where nobody can sign up, the invitation itself is not to blame. */
type State = InvitationState | 'closed';

const statuses = { usable: 200, expired: 410, used_up: 410, unknown: 404, closed: 403 } as const;

/** `/invitation`: where its link leads. The button begins a sign-up; a use is taken when the account is made, not before. */
export function mountInvitation(deps: SignInDeps): void {
  const { web, signUpUrl } = deps;
  const end = (state: State) => (ctx: Context) => page(deps, ctx, { state });
  mountLanding(web, {
    path: '/invitation',
    screen: 'invitation',
    look: async (ctx, token) => page(deps, ctx, await look(deps, token)),
    async act(ctx, token) {
      const { state } = await look(deps, token);
      return state === 'usable' ? signUpUrl(ctx, token) : state;
    },
    ends: { expired: end('expired'), used_up: end('used_up'), unknown: end('unknown'), closed: end('closed') },
  });
}

async function look(
  { accounts, signup }: SignInDeps,
  token: string,
): Promise<{ state: State; invitation?: Invitation }> {
  return signup().allow === 'closed' ? { state: 'closed' } : accounts.invitations.look(token);
}

function page(
  { web }: SignInDeps,
  ctx: Context,
  { state, invitation }: { state: State; invitation?: Invitation },
): LandingPage {
  const t = web.t(ctx);
  const brand = web.brand.name;
  const address = invitation?.address && maskAddress(invitation.address.stored);
  const says = {
    title: t(`sign_in.invitation.${state}.title`, { brand }),
    text: t(`sign_in.invitation.${state}.text`, { brand }),
    status: statuses[state],
  };
  if (state !== 'usable') return { ...says, next: { label: t('landing.sign_in'), href: '/account' } };
  const aside = address && t('sign_in.invitation.bound', { address });
  return { ...says, aside, submit: t('sign_in.invitation.submit') };
}
