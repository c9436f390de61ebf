import { Socket } from 'node:net';
import type { PoolClient } from 'pg';
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
 * Sends a whole transaction without waiting in between, and gives the connection back. When a step fails, PostgreSQL refuses
 * the ones behind it and makes the COMMIT a ROLLBACK, so that the first failure is the one that tells. False when that is a
 * decisive step which met no row.
 */
export async function inOneTransaction(client: PoolClient, steps: readonly Step[]): Promise<boolean> {
  let broken: Error | undefined;
  const noteBroken = (error: Error) => {
    broken = error;
  };
  // Without a listener a connection that dies while it is used would end the process.
  client.on('error', noteBroken);
  const begun = client.query('begin');
  const asked = steps.map(({ statement, values, decisive }) =>
    client.query({ ...(decisive ? decisiveForm(statement) : statement), values }),
  );
  const outcomes = await Promise.allSettled([begun, ...asked, client.query('commit')]);
  client.off('error', noteBroken);
  client.release(broken);
  const failed = outcomes.findIndex((outcome) => outcome.status === 'rejected');
  const outcome = outcomes[failed];
  if (outcome?.status !== 'rejected') return true;
  if (steps[failed - 1]?.decisive && isNothingMet(outcome.reason)) return false;
  throw outcome.reason;
}

/** PostgreSQL cannot make a transaction depend on a row count by itself, but it ends one that divides by zero. */
function decisiveForm({ name, text }: Statement): Statement {
  return { name: `${name}_decisive`, text: `with met as (${text} returning 1) select 1 / (select count(*) from met)` };
}

/** SQLSTATE division_by_zero. */
function isNothingMet(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && reason.code === '22012';
}
