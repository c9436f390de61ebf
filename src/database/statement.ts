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
