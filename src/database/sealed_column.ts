/**
 * A column that holds values sealed with an encryption key, each bound to its place: `<table> <key>`, and `<column>` behind it
 * where one table has several. A room that seals something declares where, so that all of it can be sealed anew.
 */
export interface SealedColumn {
  table: string;
  /** The columns of the primary key, in the order in which the binding names them. */
  key: readonly string[];
  column: string;
  /** True where the binding ends with the name of the column. */
  named?: true;
  /** Of a JSON column: the whole of it is one sealed string, or these members of its object are. */
  json?: 'whole' | readonly string[];
}
