import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What one request took, from the moment it was due; `ok` when it was answered rightly. */
export interface Sample {
  what: 'token' | 'jwks';
  milliseconds: number;
  ok: boolean;
}

/** Requests at a steady rate, from a process of their own, so that no other work of the bench delays them. */
export interface SteadyLoad {
  begin(): void;
  /** Waits for what is still open. */
  end(): Promise<Sample[]>;
  stop(): void;
}

const PROGRAM = fileURLToPath(new URL('steady_load_process.ts', import.meta.url));

/** Sends `rate` token and as many JWKS requests a second between `begin` and `end`, whether or not others were answered. */
export function startSteadyLoad(issuer: string, rate: number): SteadyLoad {
  // Not with the launcher's own imports: they would end a process that the launcher has not started.
  const child = fork(PROGRAM, [issuer, String(rate)], { execArgv: [] });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the steady load ended by itself')));
  ended.catch(() => {});
  return {
    begin: () => void child.send('begin'),
    async end() {
      child.send('end');
      const [samples] = await Promise.race([once(child, 'message'), ended]);
      return samples;
    },
    stop: () => void child.kill(),
  };
}
