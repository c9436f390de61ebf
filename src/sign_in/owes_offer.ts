import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { provesAll } from './second_step.ts';
import type { Proven } from './steps.ts';

/**
 * Whether the person is offered a passkey before they go on: after a password, in a browser that can make one, with all that the
 * account has, and not again for a while once they have been asked.
 */
export async function owesOffer(
  deps: SignInDeps,
  visit: Visit,
  account: Account,
  { manner, raises }: Proven,
): Promise<boolean> {
  if (!manner.canPasskey || !manner.methods.includes('pwd') || raises || visit.prompt.name !== 'login') return false;
  const { passkeys } = deps;
  return passkeys.offersOne && (await provesAll(deps, account, manner.methods)) && passkeys.offers.take(account.id);
}
