import type { Context } from 'koa';
import type { Accounts, VisitBinding } from '../accounts/index.ts';
import type { RecordDeed, RecordEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import { IdpError } from '../kit/errors.ts';
import { sha256 } from '../kit/random.ts';
import type { Oidc, Visit } from '../oidc/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { Passwords } from '../passwords/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { SecondFactors } from '../second_factors/index.ts';
import type { AccountTrip, TripEnd, Upstreams } from '../upstreams/index.ts';
import type { Web } from '../web/index.ts';
import type { SignupPolicy } from './signup_policy.ts';

/** What the steps of a sign-in work with. */
export interface SignInDeps {
  web: Web;
  oidc: Oidc;
  accounts: Accounts;
  passwords: Passwords;
  secondFactors: SecondFactors;
  passkeys: Passkeys;
  upstreams: Upstreams;
  limits: RateLimiter;
  record: RecordEvent;
  recordDeed: RecordDeed;
  signup: () => SignupPolicy;
  /** Seconds for which a mailed code works. */
  codeSeconds: () => number;
  /** Seals the uid of a visit for the links in its mails. */
  sealer: Pick<Sealer, 'seal' | 'open'>;
  /** Who takes those who come back from a trip that was no visit's. */
  onReturn: { connect(ctx: Context, trip: AccountTrip, end: TripEnd): Promise<void> };
  /** Whether a visit takes nothing weaker than the account's own factor, where it has one. */
  ownFactorOnly(visit: Visit): boolean;
  /** Where a sign-up begins that carries an invitation and ends on our own account pages. */
  signUpUrl(ctx: Context, invitation: string): string;
}

/** What a proof of this visit is bound to. The uid is a cookie's value: only its hash is kept beside proofs. */
export function bindingOf({ web, sealer }: SignInDeps, ctx: Context, visit: Visit): VisitBinding {
  const { browserHash, reference } = visit;
  const resume = sealer.seal(visit.uid, RESUME);
  return { interactionHash: sha256(visit.uid), browserHash, reference, resume, clientAddress: web.clientAddress(ctx) };
}

/** The context under which the uid of a visit is sealed for its mailed links. */
const RESUME = 'mailed link';

/** The uid of the visit that caused a mail; undefined when its key is gone: what the link did stands all the same. */
export function resumedUid({ sealer }: Pick<SignInDeps, 'sealer'>, resume: string): string | undefined {
  try {
    return sealer.open(resume, RESUME);
  } catch (cause) {
    if (cause instanceof IdpError) return undefined;
    throw cause;
  }
}

/** What every event of a visit says. */
export function aboutVisit(visit: Visit): { reference: string; clientId: string } {
  return { reference: visit.reference, clientId: visit.client.id };
}
