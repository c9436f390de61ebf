import type { Client } from 'pg';
import { sha256 } from '../../src/kit/random.ts';
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
const secret = (kind: string) => hashed(`'${kind}:' || n`);

/** The tables whose size the hot operations feel, and how the row of the pattern is found in each. */
const tables: readonly { table: string; row: string; without?: string }[] = [
  { table: 'accounts', row: 'id = $account' },
  { table: 'addresses', row: 'account_id = $account' },
  { table: 'passwords', row: 'account_id = $account' },
  { table: 'grants', row: 'id = $grant' },
  { table: 'sessions', row: 'uid = $uid' },
  { table: 'session_devices', row: 'uid = $uid' },
  { table: 'visits', row: 'account_id = $account' },
  { table: 'known_browsers', row: 'account_id = $account' },
  { table: 'events', row: "account_id = $account and type = 'sign_in.completed'", without: 'id' },
  { table: 'authorization_codes', row: 'id = $code' },
  { table: 'access_tokens', row: 'id = $accessToken' },
  { table: 'refresh_tokens', row: 'id = $refreshToken' },
  { table: 'client_credentials', row: 'id = $clientCredentials' },
];

/**
 * Lays rows into every table of the hot operations until each has `rows`, beginning at `from`: the row that a real sign-in has left, with
 * keys of its own in place of the pattern's. What a table gains later is so in the rows by itself.
 */
export async function seedRows(
  database: Client,
  pattern: Pattern,
  { from = 0, rows }: { from?: number; rows: number },
  progress: Progress,
): Promise<void> {
  const found = await readPattern(database, pattern);
  // Triggers of foreign keys would look up an account for each row, which is known to be there.
  await database.query('set session_replication_role = replica; set synchronous_commit = off');
  const total = tables.length * (rows - from);
  let done = 0;
  for (const { table, row, without } of tables) {
    const statement = await filling(database, { table, row, without, ...found });
    for (let at = from; at < rows; at += CHUNK) {
      const to = Math.min(rows, at + CHUNK);
      await database.query(statement, [at, to - 1]);
      done += to - at;
      progress.at(done / total, `seeding ${table}`);
    }
    await database.query(`analyze ${table}`);
  }
  await database.query('set session_replication_role = origin; set synchronous_commit = on');
  await database.query('checkpoint');
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
  const visits = await database.query<{ uid_hash: string; browser_hash: string }>(
    'select uid_hash, browser_hash from visits where account_id = $1 order by created_at desc limit 1',
    [stored.account_id],
  );
  const visit = visits.rows[0] ?? { uid_hash: '', browser_hash: '' };
  return {
    marks: { account: stored.account_id, uid: stored.uid, grant: authorized.grantId, ...Object.fromEntries(ids) },
    replaced: [
      [stored.account_id, `left(${secret('account')}, ${stored.account_id.length})`],
      [address, "'seeded-' || n || '@example.com'"],
      [stored.uid, `left(${secret('uid')}, ${stored.uid.length})`],
      [authorized.grantId, `left(${secret('grant')}, ${authorized.grantId.length})`],
      [authorized.sid, `left(${secret('sid')}, ${authorized.sid.length})`],
      [visit.uid_hash, secret('visit')],
      [visit.browser_hash, secret('browser')],
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
