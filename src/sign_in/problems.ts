import type { TextKey, Translate } from '../locales/index.ts';

/** One sentence about what to mend, beside its field where it has one. */
export interface Problem {
  field?: string;
  text: string;
}

/** A problem of a field in the words of the page's language. */
export function problem(t: Translate, key: TextKey, field?: string, values?: Record<string, string | number>): Problem {
  return { field, text: t(key, values) };
}

/** "Try again in 5 minutes", as everyone who is throttled reads it. */
export function throttled(t: Translate, retryAfter: number): Problem {
  return problem(t, 'sign_in.problems.too_many_tries', undefined, { wait: retryAfter });
}
