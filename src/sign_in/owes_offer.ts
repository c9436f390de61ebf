import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import type { Proven } from './steps.ts';

/**
 * Whether the person is offered a passkey before they go on: after a password alone, in a browser that can make one, and not
 * again for a while once they have been asked.
 */
export async function owesOffer(
  { passkeys }: SignInDeps,
  visit: Visit,
  { id }: Account,
  { manner, raises }: Proven,
): Promise<boolean> {
  if (!manner.canPasskey || !manner.methods.includes('pwd') || raises || visit.prompt.name !== 'login') return false;
  return passkeys.offersOne && passkeys.offers.take(id);
}
