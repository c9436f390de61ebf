import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive } from '../support/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The launchers stand in a folder of their own with a small application: what they install never touches this checkout.
let folder: string;
let launcher: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-launchers-'));
  launcher = join(folder, 'bin', 'gatehouse.mjs');
  await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(root, 'test/support/launched_app.ts'), join(folder, 'src/main.ts'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'package-lock.json'), '{}');
  // Packages that somebody else installed: the command line takes them as they are.
  await mkdir(join(folder, 'node_modules'));
  await writeFile(join(folder, 'node_modules', '.package-lock.json'), '{}');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Launched {
  started: ChildProcess;
  /** Everything that the application said, line by line. */
  said: Record<string, unknown>[];
  /** Resolves when the last process that writes to our pipe has gone. */
  silence: Promise<unknown>;
}

const running = new Set<number>();

afterEach(() => {
  for (const pid of running) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  running.clear();
});

async function launched(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Launched> {
  const clean = { ...process.env, npm_lifecycle_event: undefined };
  const started = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...clean, ...env },
  });
  const said: Record<string, unknown>[] = [];
  const lines = createInterface({ input: started.stdout });
  lines.on('line', (line) => said.push(JSON.parse(line) as Record<string, unknown>));
  const silence = once(lines, 'close');
  await once(lines, 'line');
  for (const pid of [started.pid, said[0]?.['pid']]) if (typeof pid === 'number') running.add(pid);
  return { started, said, silence };
}

describe('a launcher', () => {
  it('hands over its arguments, passes a signal on once however often it comes, and ends with the exit code', async () => {
    const { started, said, silence } = await launched(process.execPath, [launcher, 'one', '--two']);
    expect(said[0]).toMatchObject({ args: ['one', '--two'] });
    const exit = once(started, 'exit');
    started.kill('SIGINT');
    started.kill('SIGINT');
    expect(await exit).toEqual([7, null]);
    await silence;
    expect(said.slice(1)).toEqual([{ signal: 'SIGINT' }]);
  });

  it('that is killed takes the application with it', async () => {
    const { started, said, silence } = await launched(process.execPath, [launcher]);
    started.kill('SIGKILL');
    await silence;
    expect(said.slice(1)).toEqual([{ signal: 'SIGTERM' }]);
  });

  it('stops the application when the npm that started it is killed', async () => {
    const shell = ['-c', '"$0" "$1" & wait', process.execPath, launcher];
    const { started, said, silence } = await launched('/bin/sh', shell, { npm_lifecycle_event: 'start' });
    started.kill('SIGKILL');
    await silence;
    expect(said.slice(1)).toEqual([{ signal: 'SIGTERM' }]);
  });
});
