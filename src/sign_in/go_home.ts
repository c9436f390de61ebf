import type { Context } from 'koa';
import type { Address } from '../kit/addresses.ts';
import type { Visit } from '../oidc/index.ts';
import { problem } from '../web/index.ts';
import type { ShowAgain } from './await_code.ts';
import type { SignInDeps } from './deps.ts';
import { leaveFor } from './leave.ts';
import { homeOf, takesWay } from './ways.ts';

/**
 * Sends whoever typed an address to the upstream that its domain belongs to, whether or not it has an account. False for an
 * address of any other domain, and for a password where that upstream leaves it the choice. `again` says so on the page
 * where the person is when the app does not take that upstream.
 */
export async function goHome(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  address: Address | undefined,
  { byPassword, again }: { byPassword: boolean; again: ShowAgain },
): Promise<boolean> {
  const home = homeOf(deps, address);
  if (!address || !home || (home.localPasswords && byPassword)) return false;
  if (takesWay(visit, home.id)) {
    await leaveFor(deps, ctx, visit, home.id, { loginHint: address.stored });
    return true;
  }
  const values = { upstream: home.name, app: visit.client.name };
  await again({
    status: 422,
    problems: [problem(deps.web.t(ctx), 'sign_in.problems.address_elsewhere', 'email', values)],
  });
  return true;
}
