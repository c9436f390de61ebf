import { Socket } from 'node:net';
import pg, { type PoolClient } from 'pg';
import type { Statement, Step } from './statement.ts';

/**
 * A socket that sends what is written to it in one turn of the loop as one: for the driver, each message of a statement and
 * each statement of a pipeline is a write of its own, and each write a call into the system.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  // Not before: `connect` puts the socket's own `write` back.
  return socket.once('connect', () => gatherWrites(socket));
}

function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket);
  let gathering = false;
  const gather = () => {
    if (gathering) return;
    gathering = true;
    socket.cork();
    process.nextTick(() => {
      gathering = false;
      socket.uncork();
    });
  };
  // The overloads of `write` say more than one signature can.
  socket.write = ((...message: Parameters<typeof write>) => {
    gather();
    return write(...message);
  }) as typeof write;
}

/**
 * Sends a whole transaction as one message, and gives the connection back: what stands before one Sync is done together or
 * not at all, and answered in one piece (PostgreSQL, "Message Flow", Pipelining). The first failure ends it. False when that
 * is a decisive step which met no row.
 */
export async function inOneTransaction(
  client: PoolClient,
  steps: readonly Step[],
  formOf: (statement: Statement) => pg.QueryConfig,
): Promise<boolean> {
  let broken: Error | undefined;
  const noteBroken = (error: Error) => {
    broken = error;
  };
  // Without a listener a connection that dies while it is used would end the process.
  client.on('error', noteBroken);
  const outcome = await new Promise<Outcome>((resolve) => client.query(transaction(steps, formOf, resolve)));
  client.off('error', noteBroken);
  client.release(broken ?? (outcome.error && outcome.unsure));
  if (!outcome.error) return true;
  if (steps[outcome.done]?.decisive && isNothingMet(outcome.error)) return false;
  throw outcome.error;
}

interface Outcome {
  /** How many steps were done before the end. */
  done: number;
  error?: Error;
  /** After an error nobody knows which statements the connection has prepared: some were new to it, or could not be sent. */
  unsure: boolean;
}

/** To the driver this is one query: it gets all that comes back until PostgreSQL is ready for the next one. */
function transaction(
  steps: readonly Step[],
  formOf: (statement: Statement) => pg.QueryConfig,
  end: (outcome: Outcome) => void,
): pg.Query {
  const outcome: Outcome = { done: 0, unsure: false };
  // Told through the callback, with which the driver also ends the time that it gives a query.
  const told = (error?: Error) => end(error ? { ...outcome, error } : outcome);
  return Object.assign(new pg.Query('', told), {
    submit(connection: pg.Connection): unknown {
      const open = executeOnly(connection, () => void (outcome.unsure = true));
      try {
        for (const { statement, values, decisive } of steps) {
          const form = formOf(decisive ? decisiveForm(statement) : statement);
          const refused: unknown = new pg.Query({ ...form, values }).submit(open);
          if (refused) throw refused;
        }
      } catch (error) {
        outcome.unsure = true;
        return error;
      }
      return connection.sync();
    },
    handleRowDescription() {},
    handleDataRow() {},
    handleCommandComplete: () => void (outcome.done += 1),
  });
}

/**
 * A connection that prepares and executes, and no more. The driver ends each statement with a Sync of its own, and each would
 * be a transaction; before that it asks what the rows look like, which nobody reads.
 */
function executeOnly(connection: pg.Connection, preparing: () => void): pg.Connection {
  const parse: pg.Connection['parse'] = (...query) => {
    preparing();
    connection.parse(...query);
  };
  // A connection in everything else.
  return Object.assign(Object.create(connection) as pg.Connection, { sync() {}, describe() {}, parse });
}

/** PostgreSQL cannot make a transaction depend on a row count by itself, but it ends one that divides by zero. */
function decisiveForm({ name, text }: Statement): Statement {
  return { name: `${name}_decisive`, text: `with met as (${text} returning 1) select 1 / (select count(*) from met)` };
}

/** SQLSTATE division_by_zero. */
function isNothingMet(error: Error): boolean {
  return 'code' in error && error.code === '22012';
}
