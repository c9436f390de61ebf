/** How the rows of a table would be spread over the machines of a distributed PostgreSQL. */
export interface Distributed {
  table: string;
  /** The column whose hash says where a row lies. */
  by: string;
  /** A column with an index of its own that leads to the row as well: one look-up more. */
  leads?: readonly string[];
  /** What finds a row of it. */
  found: string;
}

/** Every table of the hot operations. docs/scale.md shows this table, and a test holds the statements of a running server to it. */
export const distribution: readonly Distributed[] = [
  { table: 'accounts', by: 'id', found: 'whatever is joined on the account of a token, grant or session' },
  { table: 'addresses', by: 'canonical', leads: ['account_id'], found: 'an address that is typed, or an account' },
  { table: 'identities', by: 'subject', leads: ['account_id'], found: 'the subject of an upstream, or an account' },
  { table: 'passwords', by: 'account_id', found: 'the account of the address' },
  { table: 'known_browsers', by: 'account_id', found: 'the account that signs in' },
  { table: 'sessions', by: 'id', leads: ['uid'], found: 'the cookie; `uid` from a token' },
  { table: 'session_devices', by: 'uid', found: 'the session' },
  {
    table: 'grants',
    by: 'id',
    leads: ['account_id'],
    found: 'the grant of a token, or of an app in a session; `account_id` once in a sign-in',
  },
  { table: 'authorization_codes', by: 'id', found: 'the code' },
  { table: 'access_tokens', by: 'id', found: 'the token' },
  { table: 'refresh_tokens', by: 'id', found: 'the token' },
  { table: 'client_credentials', by: 'id', found: 'the token' },
  { table: 'interactions', by: 'id', found: 'the URL of a visit' },
  { table: 'visits', by: 'uid_hash', found: 'the URL of a visit' },
  { table: 'rate_limits', by: 'key', found: 'what is counted' },
  { table: 'events', by: 'id', found: 'appended only' },
];

/** One look at a table within a statement, as PostgreSQL plans it. */
export interface TableAccess {
  table: string;
  /** Columns that are compared with a value, or with a column of a row found before. */
  columns: string[];
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Filter?: string;
  'Recheck Cond'?: string;
  Plans?: PlanNode[];
}

/** Every look at a table in a plan of `explain (format json)`. What is only inserted is no look: its key comes with it. */
export function accessesOf(node: PlanNode): TableAccess[] {
  const below = (node.Plans ?? []).flatMap(accessesOf);
  const table = node['Relation Name'];
  if (table === undefined || node['Node Type'] === 'ModifyTable') return below;
  const conditions = [node['Index Cond'], node['Recheck Cond'], node.Filter].filter((text) => text !== undefined);
  const columns = conditions.flatMap((text) =>
    [...text.matchAll(/\((\w+) = /g)].flatMap(([, column]) => (column === undefined ? [] : [column])),
  );
  return [{ table, columns }, ...below];
}

/** What is wrong with a look at a table: nothing, or a sentence. */
export function strayOf({ table, columns }: TableAccess): string | undefined {
  const known = distribution.find((one) => one.table === table);
  if (!known) return `${table} is read, and nothing says how it would be distributed`;
  const keys = [known.by, ...(known.leads ?? [])];
  if (keys.some((key) => columns.includes(key))) return undefined;
  return `${table} is read by ${columns.join(', ') || 'nothing'}, not by ${keys.join(' or ')}`;
}
