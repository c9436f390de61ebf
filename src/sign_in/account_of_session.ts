import { isUsable, type Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { stepOf } from './steps.ts';

/** The account that must sign in again (prompt=login, max_age), unless it cannot or the person said "Not you?". */
export async function accountOfSession({ accounts }: SignInDeps, visit: Visit): Promise<Account | undefined> {
  const step = stepOf(visit);
  const anyone = step.step === 'start' && step.anyone;
  if (visit.prompt.name !== 'login' || visit.accountId === undefined || anyone || isOtherWay(visit)) return undefined;
  const account = await accounts.find(visit.accountId);
  return account && isUsable(account) ? account : undefined;
}

/** Somebody is signed in, but by a way that this app does not take: they sign in once more, by one that it does. */
export function isOtherWay(visit: Visit): boolean {
  return visit.prompt.reasons.includes('way_not_taken');
}
