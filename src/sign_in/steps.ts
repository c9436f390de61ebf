import type { Arrival, Ways } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';

/** What the login page says about the trip that just ended. */
export type Note =
  | { kind: 'cancelled' | 'refused' | 'failed' | 'unavailable' | 'misconfigured'; upstream: string }
  | { kind: 'address_taken' }
  | { kind: 'too_many_codes'; wait: number };

/** RFC 8176 names where it has one: `pwd` password; `fed` stands for a login at an upstream. */
export type Method = 'pwd' | 'fed';

/** What was proven: how, whether this browser keeps the person signed in, and through which upstream. */
export interface Manner {
  method: Method;
  remember: boolean;
  upstreamId?: string;
}

/**
 * How far a visit got, kept on the server in its row: only this decides which page comes next (security invariant 4).
 * `start` is the login or sign-up page itself; `anyone` means that the person said "Not you?".
 */
export type Step =
  | { step: 'start'; note?: Note; email?: string; anyone?: boolean }
  | ({ step: 'check-email'; proofId: string; address: string; sentAt: number; resent?: boolean } & Manner)
  | { step: 'complete-profile'; arrival: Arrival }
  | { step: 'link-account'; arrival: Arrival; accountId: string; ways: Ways; provenByCode: boolean }
  | ({ step: 'switch-account'; accountId: string } & Manner);

/** The step of a visit; a visit that has none is at its start. */
export function stepOf(visit: Visit): Step {
  // Only this room writes the progress of its own prompts; a visit that has just begun has none.
  return 'step' in visit.progress ? (visit.progress as Step) : { step: 'start' };
}

/** The path of a step's page. */
export function pathOf(visit: Visit, step: Step): string {
  return step.step === 'start' ? `/interaction/${visit.uid}` : `/interaction/${visit.uid}/${step.step}`;
}
