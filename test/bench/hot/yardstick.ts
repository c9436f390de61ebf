import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../client/test_issuer.ts';

/** The clients that the yardstick knows. */
export interface YardstickClients {
  app: { client_id: string; client_secret: string };
  service: { client_id: string; client_secret: string };
}

/** The library by itself, over a Map, in another process; under /bare what node:http does alone. */
export interface Yardstick {
  issuer: string;
  pid: number;
  stop(): void;
}

/** Starts it, with everybody signed in who comes. */
export async function startYardstick(callback: string, clients: YardstickClients): Promise<Yardstick> {
  const port = await freePort();
  const program = fileURLToPath(new URL('yardstick_process.ts', import.meta.url));
  const environment = { ...process.env, NODE_OPTIONS: '--max-semi-space-size=16' };
  // Not with the launcher's own imports: they would end a process that the launcher has not started.
  const child = fork(program, [String(port), callback, JSON.stringify(clients)], { execArgv: [], env: environment });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the yardstick did not start'))),
  ]);
  return { issuer: `http://localhost:${port}`, pid: child.pid ?? 0, stop: () => void child.kill() };
}
