import type { Context } from 'koa';
import { isUsable } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { goOnProven, isOld } from './finish.ts';
import { asksMore, missingStep } from './second_step.ts';
import { stepOf, type Proven } from './steps.ts';

/**
 * Whoever is signed in and only has to prove more is asked for that alone, and stays signed in since when they were. False where
 * the login page has to ask: also before something new is set up in a session that is not fresh, because who sits there now
 * could make the account theirs (ASVS 5.0 7.5.1).
 */
export async function raiseSession(deps: SignInDeps, ctx: Context, visit: Visit): Promise<boolean> {
  const { session } = visit;
  const step = stepOf(visit);
  const anyone = step.step === 'start' && step.anyone;
  if (!session || anyone || !asksMore(visit)) return false;
  const account = await deps.accounts.find(session.accountId);
  if (!account || !isUsable(account)) return false;
  const { methods, remember, upstreamId, signedInAt: provenAt, accountId } = session;
  const { proofEpoch } = account;
  const manner = { methods, remember, upstreamId };
  const proven: Proven = { accountId, manner, provenAt, proofEpoch, since: epochSeconds(), raises: true };
  const missing = await missingStep(deps, visit, account, proven);
  if (missing?.step === 'enrol-factor' && isOld({ since: provenAt })) return false;
  await goOnProven(deps, ctx, visit, proven, { known: account });
  return true;
}
