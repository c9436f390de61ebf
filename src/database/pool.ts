import type { Knex } from 'knex';
import pg from 'pg';
import type { Connection } from './connection.ts';
import { openKnex } from './open_knex.ts';
import { gatheringSocket, inOneTransaction } from './pipeline.ts';
import { openReplica, type Replica } from './replica.ts';
import { PLANNED_ONCE, type Statement, type Step } from './statement.ts';
import { explainPooler } from './transaction_pooler.ts';

/** What a statement gave back. */
interface Answer<Row> {
  rows: Row[];
  rowCount: number;
}

/** The open database. What PostgreSQL refuses rejects with its own error. */
export interface Database {
  /** Migrations, transactions and the rarer queries. */
  knex: Knex;
  /** The hot path: a prepared statement by name. `rowCount` decides one-time things. */
  run<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<Answer<Row>>;
  /**
   * Several of these as one transaction: all or nothing, one way to PostgreSQL and back, one write to its disk. A step cannot
   * see what another one gave back. False when a decisive step met no row: then nothing was done. Rejects with the error of
   * the first step that failed.
   */
  together(steps: readonly Step[]): Promise<boolean>;
  /** Reads what may be some seconds old and decides nothing: from the replica where there is one that answers. */
  stale: Replica['read'];
  /** Resolves when PostgreSQL answers within two seconds, else rejects. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** How many connections each of the two pools may open, which are made when needed, and how patient they are. */
interface PoolSizes {
  /** Of `run`, the hot path. Default 10. */
  poolSize?: number;
  /** Of `knex`. Default: the same. */
  knexPoolSize?: number;
  /** Waits for as long as a statement takes: for migrations. */
  patient?: boolean;
}

const ANSWER_WITHIN_MS = 2000;
const STATEMENT_WITHIN_MS = 15_000;

/** Opens the pools. Connects lazily: a database that is away shows in the first query. */
export function openDatabase(
  connection: Connection,
  { poolSize = 10, knexPoolSize = poolSize, patient = false }: PoolSizes = {},
): Database {
  const remote = 'url' in connection ? connection : undefined;
  const { prepared = true, replica_url } = remote ?? {};
  const base = remote ? { connectionString: remote.url } : connection;
  // A time limit is a setting of the session, which a pooler refuses; behind one, waiting has the limit.
  const limit = prepared ? { statement_timeout: STATEMENT_WITHIN_MS } : { query_timeout: STATEMENT_WITHIN_MS };
  const common = {
    connectionTimeoutMillis: 5000,
    application_name: 'gatehouse',
    stream: gatheringSocket,
    ...(!patient && limit),
  };
  const settings = { ...base, ...common };
  // PostgreSQL keeps what has a name for the session.
  const formOf = ({ name, text }: Statement) => (prepared ? { name, text } : { text });
  const planning = prepared ? { options: PLANNED_ONCE } : {};
  const pool = new pg.Pool({ ...planning, ...settings, max: poolSize, pipeline: true });
  // A connection that dies while idle is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  const knex = openKnex(settings, { most: knexPoolSize, patience: 6000 });
  const replica = openReplica(knex, { url: replica_url, settings: common });
  return {
    knex,
    stale: replica.read,
    async run<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]) {
      const result = await pool.query<Row>({ ...formOf(statement), values });
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    },
    async together(steps) {
      const [first] = steps;
      if (steps.length > 1 || first?.decisive) return inOneTransaction(await pool.connect(), steps, formOf);
      // One statement is a transaction by itself.
      if (first) await pool.query({ ...formOf(first.statement), values: first.values });
      return true;
    },
    async ping() {
      await withinTime(pool.query('select 1'), ANSWER_WITHIN_MS).catch((error: unknown) => {
        throw explainPooler(error);
      });
    },
    async close() {
      await Promise.all([pool.end(), knex.destroy(), replica.close()]);
    },
  };
}

/** The limit covers waiting for a connection too, which a timeout of the query alone does not. */
async function withinTime(answer: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`PostgreSQL did not answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
