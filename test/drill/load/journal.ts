/** What a client was told that it is done. */
export type Deed = 'sign-up' | 'sign-in' | 'consent' | 'redemption' | 'rotation' | 'revocation' | 'password change';

/** An answer that says nothing of what was done: none at all (status 0), or a server error. */
export interface Failed {
  status: number;
  /** On a clock that never jumps. */
  at: number;
}

/** What all clients saw together. */
export interface Journal {
  acknowledged: Record<Deed, number>;
  errors: readonly Failed[];
  /** What must not be, in words. */
  wrong: string[];
  /** Milliseconds that the slowest answer took. */
  slowest: number;
  note(deed: Deed): void;
  failed(status: number): void;
}

/** Thrown where an answer says nothing of what was done. */
export class Unanswered extends Error {
  override name = 'Unanswered';
}

/** A journal without an entry. */
export function createJournal(): Journal {
  const errors: Failed[] = [];
  const acknowledged: Journal['acknowledged'] = {
    'sign-up': 0,
    'sign-in': 0,
    consent: 0,
    redemption: 0,
    rotation: 0,
    revocation: 0,
    'password change': 0,
  };
  return {
    acknowledged,
    errors,
    wrong: [],
    slowest: 0,
    note(deed) {
      acknowledged[deed] += 1;
    },
    failed(status) {
      errors.push({ status, at: performance.now() });
    },
  };
}
