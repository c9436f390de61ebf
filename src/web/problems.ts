import type { Context } from 'koa';
import type { TextKey, Translate } from '../locales/index.ts';

/** One sentence about what to mend, beside its field where it has one. */
export interface Problem {
  field?: string;
  text: string;
}

/** Why a page is shown again. */
export interface Shown {
  status?: number;
  problems?: Problem[];
}

/** The longest name that a person can give. */
const MAX_NAME = 100;

/** A problem of a field in the words of the page's language. */
export function problem(t: Translate, key: TextKey, field?: string, values?: Record<string, string | number>): Problem {
  return { field, text: t(key, values) };
}

/** 429 with its Retry-After, for the page that is shown again. */
export function refusedForNow(
  ctx: Context,
  t: Translate,
  wait: number,
  key: TextKey = 'sign_in.problems.too_many_tries',
): Shown {
  ctx.set('Retry-After', String(wait));
  return { status: 429, problems: [problem(t, key, undefined, { wait })] };
}

/** What is wrong with a typed name. */
export function nameProblems(t: Translate, name: string): Problem[] {
  return name.length > MAX_NAME ? [problem(t, 'sign_in.problems.name_too_long', 'name', { max: MAX_NAME })] : [];
}

/** What is wrong with what was typed as an address; `parsed` is undefined when it is none. */
export function addressProblems(t: Translate, typed: string, parsed: unknown): Problem[] {
  if (parsed !== undefined) return [];
  const key = typed.trim() === '' ? 'sign_in.problems.email_missing' : 'sign_in.problems.email_invalid';
  return [problem(t, key, 'email')];
}
