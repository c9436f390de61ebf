import pg, { type Client } from 'pg';
import { sha256 } from '../../src/kit/random.ts';
import { ENDINGS } from './hot/seeded_keys.ts';
import type { Progress } from './progress.ts';

/** What one person's sign-in left behind: the pattern of all rows. */
export interface Pattern {
  address: string;
  session: string;
  code: string;
  accessToken: string;
  refreshToken: string;
  clientCredentials: string;
}

const CHUNK = 20_000;

/** base64url of SHA-256, as src/kit/random.ts makes it. */
const hashed = (text: string) =>
  `translate(rtrim(encode(sha256(convert_to(${text}, 'UTF8')), 'base64'), '='), '+/', '-_')`;
const secret = (kind: string) => `${hashed(`'${kind}:' || n`)} || '${ENDINGS[kind] ?? ''}'`;

/** The tables whose size the hot operations feel, and how the row of the pattern is found in each. The widest come first. */
const tables: readonly { table: string; row: string; without?: string }[] = [
  { table: 'sessions', row: 'uid = $uid' },
  { table: 'refresh_tokens', row: 'id = $refreshToken' },
  { table: 'access_tokens', row: 'id = $accessToken' },
  { table: 'authorization_codes', row: 'id = $code' },
  { table: 'grants', row: 'id = $grant' },
  { table: 'client_credentials', row: 'id = $clientCredentials' },
  { table: 'accounts', row: 'id = $account' },
  { table: 'events', row: "account_id = $account and type = 'sign_in.completed'", without: 'id' },
  { table: 'session_devices', row: 'uid = $uid' },
  { table: 'addresses', row: 'account_id = $account' },
  { table: 'passwords', row: 'account_id = $account' },
];

/** Their names. */
export const seededTables = tables.map(({ table }) => table);

/** As many are filled at once: half a row's time is spent making it. */
const AT_ONCE = 2;

/**
 * Lays so many rows into every table of the hot operations: the row that a real sign-in has left, with keys of its own in place of
 * the pattern's. What a table gains later is so in the rows by itself.
 */
export async function seedRows(url: string, pattern: Pattern, rows: number, progress: Progress): Promise<void> {
  const left = [...tables];
  let done = 0;
  const fill = async () => {
    const database = new pg.Client(url);
    await database.connect();
    try {
      const found = await readPattern(database, pattern);
      // Triggers of foreign keys would look up an account for each row, which is known to be there.
      await database.query('set session_replication_role = replica; set synchronous_commit = off');
      for (let next = left.shift(); next; next = left.shift()) {
        const statement = await filling(database, { ...next, ...found });
        for (let at = 0; at < rows; at += CHUNK) {
          const to = Math.min(rows, at + CHUNK);
          await database.query(statement, [at, to - 1]);
          done += to - at;
          progress.at(done / (tables.length * rows), `seeding ${rows} rows: ${next.table}`);
        }
        await database.query(`vacuum analyze ${next.table}`);
      }
      await database.query('checkpoint');
    } finally {
      await database.end();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fill));
}

interface Found {
  /** Values of the pattern that tell its rows. */
  marks: Record<string, string>;
  /** What stands in the n-th row in place of each value, as SQL. */
  replaced: [value: string, sql: string][];
}

async function readPattern(database: Client, pattern: Pattern): Promise<Found> {
  const { address, session, ...tokens } = pattern;
  const sessions = await database.query<SessionRow>('select uid, account_id, payload from sessions where id = $1', [
    sha256(session),
  ]);
  const [stored] = sessions.rows;
  const [authorized] = Object.values(stored?.payload.authorizations ?? {});
  if (!stored || !authorized) throw new Error('the pattern has no session');
  const ids = Object.entries(tokens).map(([name, value]) => [name, sha256(value)] as const);
  const secrets = { session: sha256(session), ...Object.fromEntries(ids) };
  return {
    marks: { account: stored.account_id, uid: stored.uid, grant: authorized.grantId, ...Object.fromEntries(ids) },
    replaced: [
      [stored.account_id, `left(${secret('account')}, ${stored.account_id.length})`],
      [address, "'seeded-' || n || '@example.com'"],
      [stored.uid, `left(${secret('uid')}, ${stored.uid.length})`],
      [authorized.grantId, `left(${secret('grant')}, ${authorized.grantId.length})`],
      [authorized.sid, `left(${secret('sid')}, ${authorized.sid.length})`],
      ...Object.entries(secrets).map(([name, id]): [string, string] => [id, hashed(secret(snake(name)))]),
    ],
  };
}

interface SessionRow {
  uid: string;
  account_id: string;
  payload: { authorizations?: Record<string, { sid: string; grantId: string }> };
}

/** The statement that lays in the rows $1 to $2 of a table. */
async function filling(
  database: Client,
  { table, row, without, marks, replaced }: (typeof tables)[number] & Found,
): Promise<string> {
  const where = row.replaceAll(/\$(\w+)/g, (_, mark: string) => literal(marks[mark] ?? ''));
  const newest = `select to_jsonb(t) as row from ${table} t where ${where} order by ctid desc limit 1`;
  const { rows } = await database.query<{ row: Record<string, unknown> }>(newest);
  const pattern = rows[0]?.row;
  if (!pattern) throw new Error(`the pattern has no row of ${table}`);
  if (without !== undefined) delete pattern[without];
  // It lives as long as its session: the server's sweep must not find it while others are measured.
  if (table === 'authorization_codes') pattern['expires_at'] = new Date(Date.now() + 86_400_000).toISOString();
  const columns = Object.keys(pattern).join(', ');
  const text = JSON.stringify(pattern);
  const replacing = replaced
    .filter(([value]) => text.includes(value))
    .reduce((sql, [value, by]) => `replace(${sql}, ${literal(value)}, ${by})`, literal(text));
  return `insert into ${table} (${columns}) select ${columns.replaceAll(/\w+/g, 'r.$&')}
    from generate_series($1::int, $2::int) n, lateral jsonb_populate_record(null::${table}, (${replacing})::jsonb) r`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
