import { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import type { Step } from './pool.ts';

/**
 * A socket that sends what is written to it in one turn of the loop as one: for the driver, each message of a statement and
 * each statement of a pipeline is a write of its own, and each write a call into the system.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
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
  return socket;
}

/**
 * Sends a whole transaction without waiting in between, and gives the connection back. When a step fails, PostgreSQL refuses
 * the ones behind it and makes the COMMIT a ROLLBACK, so that the first failure is the one that tells.
 */
export async function inOneTransaction(client: PoolClient, steps: readonly Step[]): Promise<void> {
  let broken: Error | undefined;
  const noteBroken = (error: Error) => {
    broken = error;
  };
  // Without a listener a connection that dies while it is used would end the process.
  client.on('error', noteBroken);
  const sent = [
    client.query('begin'),
    ...steps.map(({ statement, values }) => client.query({ ...statement, values })),
    client.query('commit'),
  ];
  const outcomes = await Promise.allSettled(sent);
  client.off('error', noteBroken);
  client.release(broken);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
