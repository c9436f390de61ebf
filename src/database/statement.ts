/** A statement that PostgreSQL prepares once per connection under its name. */
export interface Statement {
  name: string;
  text: string;
}

/** A statement with its values: one part of what is written together. */
export interface Step {
  statement: Statement;
  values: unknown[];
  /** For a change that consumes or ends something once: when it meets no row, somebody else was faster, and nothing is done. */
  decisive?: true;
}

/**
 * What a session is told that prepares statements of the hot path. Each finds its rows by a key: the plan is the same whatever
 * the values are, and is made once.
 */
export const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan';
