import type { Context } from 'koa';
import type { Invitation } from '../accounts/index.ts';
import { invitationId } from '../accounts/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { offerAnotherWay } from './another_way.ts';
import type { SignInDeps } from './deps.ts';

/** How somebody can sign up in this visit: not at all, or perhaps with an invitation that can be used now. */
export interface Entrance {
  open: boolean;
  invitation?: Invitation;
}

/** The id of the invitation that came along with the request, whether it can be used or not. */
export function invitationIn(visit: Visit): string | undefined {
  const token = tokenIn(visit);
  return token === undefined ? undefined : invitationId(token);
}

/** What the sign-up page offers in this visit. Decides about pages alone: the account's own transaction looks again. */
export async function entranceOf({ accounts, signup }: SignInDeps, visit: Visit): Promise<Entrance> {
  const token = tokenIn(visit);
  if (signup().allow === 'closed') return { open: false };
  const { state, invitation } = token === undefined ? { state: 'unknown' } : await accounts.invitations.look(token);
  const usable = state === 'usable' ? invitation : undefined;
  return { open: signup().allow !== 'invite' || usable !== undefined, invitation: usable };
}

/** Nobody can sign up here, or not with the invitation that came along: who can mend it differs. */
export function signupRefused(
  { signup }: SignInDeps,
  { invited, reference }: { invited: boolean; reference?: string },
): IdpError {
  const toBlame = invited && signup().allow !== 'closed';
  return new IdpError(toBlame ? 'invitation_unusable' : 'signup_closed', { reference });
}

/** The same for a visit, which goes on: the page offers another way. */
export function visitRefused(deps: SignInDeps, ctx: Context, visit: Visit): IdpError {
  offerAnotherWay(deps, ctx, visit);
  return signupRefused(deps, { invited: tokenIn(visit) !== undefined, reference: visit.reference });
}

function tokenIn(visit: Visit): string | undefined {
  const token = visit.params['invitation'];
  return typeof token === 'string' ? token : undefined;
}
