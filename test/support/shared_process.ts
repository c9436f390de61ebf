import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { isAlive } from './processes.ts';
import { createClock, movableClock, root, START_MILLISECONDS, type ServerProcess } from './server_process.ts';

interface Host {
  pid: number;
  port: number;
}

/** A turn in the process that the test files of this worker share; undefined while another server has it, and outside of a test run. */
export async function takeTurn(env: NodeJS.ProcessEnv): Promise<ServerProcess | undefined> {
  const folder = process.env['GATEHOUSE_TEST_RUN'];
  if (!folder) return undefined;
  const place = join(folder, `server-${process.env['JEST_WORKER_ID']}`);
  const { pid, port } = runningAt(place) ?? (await openHost(place));
  const before = statSync(`${place}.log`).size;
  if ((await ask(port, '/serve', env)) !== 200) return undefined;
  let over = false;
  const ended = ask(port, '/ended').finally(() => {
    over = true;
  });
  // What was killed does not answer.
  ended.catch(() => {});
  return {
    pid,
    clock: `${place}.clock`,
    output: () => readFileSync(`${place}.log`).subarray(before).toString(),
    hasEnded: () => over,
    async end(signal) {
      // The process may serve another one by now.
      if (over) return;
      process.kill(pid, signal);
      await ended.catch(() => {});
      while (signal === 'SIGKILL' && isAlive(pid)) await soon();
    },
  };
}

function runningAt(place: string): Host | undefined {
  if (!existsSync(place)) return undefined;
  const host = JSON.parse(readFileSync(place, 'utf8')) as Host; // from shared_server.ts
  return isAlive(host.pid) ? host : undefined;
}

/** It ends with this worker, which therefore need not wait for it. */
async function openHost(place: string): Promise<Host> {
  rmSync(place, { force: true });
  const clock = `${place}.clock`;
  createClock(clock);
  const log = openSync(`${place}.log`, 'a');
  const child = spawn(process.execPath, ['--import', movableClock, 'test/support/shared_server.ts', place], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: dirname(place), GATEHOUSE_TEST_CLOCK: clock },
    stdio: ['pipe', log, log],
  });
  child.unref();
  (child.stdin as Socket).unref(); // a pipe
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline && child.exitCode === null) {
    const host = runningAt(place);
    if (host) return host;
    await soon();
  }
  throw new Error(`no server to share:\n${readFileSync(`${place}.log`, 'utf8')}`);
}

/** The status of its answer, however long that takes. */
function ask(port: number, path: string, body: unknown = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject).end(JSON.stringify(body));
  });
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
