import { AsyncLocalStorage } from 'node:async_hooks';
import type Koa from 'koa';
import type { Database } from '../../src/database/index.ts';

/** Counts how often requests wait for the database, one wait after the other. */
export interface WaitCounter {
  /** The same database, watched. */
  database: Database;
  /** Goes in front of everything else of an application. */
  middleware: Koa.Middleware;
  /** The waits of the request that was answered last. */
  waits(): number;
}

/** How knex calls the id of a query in what it emits. */
const QUERY = '__knexQueryUid';

/**
 * Watches the seam to PostgreSQL, for one request at a time. A call that begins after another one has ended waits once more than
 * that one did; calls that are under way together wait together, and a transaction that is sent as one is one call. Neither what
 * is written after the answer counts, nor what other work does meanwhile: the number is exact, whatever the time it all takes.
 */
export function countWaits(database: Database): WaitCounter {
  const request = new AsyncLocalStorage<{ waited: number }>();
  let last = 0;
  /** Notes the begin of a call; what it returns notes the end. */
  const begin = () => {
    const count = request.getStore() ?? { waited: 0 };
    const wait = count.waited + 1;
    return () => {
      count.waited = Math.max(count.waited, wait);
    };
  };
  const watched = <Result>(call: () => Promise<Result>): Promise<Result> => call().finally(begin());
  const ends = new Map<string, () => void>();
  database.knex.on('query', ({ [QUERY]: id }: { [QUERY]: string }) => ends.set(id, begin()));
  database.knex.on('query-response', (_answer: unknown, { [QUERY]: id }: { [QUERY]: string }) => ends.get(id)?.());
  return {
    database: {
      ...database,
      run: (statement, values) => watched(() => database.run(statement, values)),
      together: (steps) => watched(() => database.together(steps)),
    },
    async middleware(_ctx, next) {
      const count = { waited: 0 };
      await request.run(count, next);
      last = count.waited;
    },
    waits: () => last,
  };
}
