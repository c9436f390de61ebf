import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type { Gatehouse } from '../support/gatehouse.ts';

/** What PostgreSQL has committed and written so far. */
export async function databaseCounts(url: string): Promise<{ commits: number; wal: number }> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ commits: number; wal: number }>(
      `select xact_commit::int as commits, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float as wal
       from pg_stat_database where datname = current_database()`,
    );
    return rows[0] ?? { commits: 0, wal: 0 };
  } finally {
    await client.end();
  }
}

/** A statement that a server has run, and how often. */
export interface RunStatement {
  name: string;
  text: string;
  times: number;
}

const PATIENCE_MILLISECONDS = 5000;
const LINE = /^statements (\[.*\])$/m;

/** What a server with statement_count.mjs has run since it was asked last. */
export async function statementsOf({ pid, output }: Pick<Gatehouse, 'pid' | 'output'>): Promise<RunStatement[]> {
  const before = output().length;
  process.kill(pid, 'SIGUSR2');
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += 10) {
    const said = LINE.exec(output().slice(before))?.[1];
    if (said !== undefined) return JSON.parse(said) as RunStatement[]; // of statement_count.mjs
    await setTimeout(10);
  }
  throw new Error('the server did not say which statements it has run');
}

/** Those that ask for something, without the words around a transaction. */
export function isWork({ text }: RunStatement): boolean {
  return !/^\s*(begin|commit|rollback)\b/i.test(text);
}
