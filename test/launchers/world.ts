import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Launched {
  started: ChildProcess;
  pid: number;
  /** What was written so far to each stream. */
  written: { out: string; err: string };
  /** Resolves once standard error holds the text. */
  says(text: string): Promise<void>;
  /** Resolves with the exit code when everything was read. */
  end: Promise<number | null>;
}

/** A clone of its own with a small application and an npm that waits for a word in a pipe, and notes each call. */
export interface Clone {
  folder: string;
  launch(file: string, options?: { args?: string[]; cwd?: string; env?: NodeJS.ProcessEnv }): Launched;
  /** Lets whoever reads the pipe of that name go on. */
  open(pipe: 'npm' | 'application'): void;
  npmCalls(): string[];
  has(path: string): boolean;
  write(path: string, text: string): void;
  remove(): void;
}

/** Makes one. `application` is its TypeScript, `npm` its shell script behind the note of the call. */
export function cloneWith({ application, npm }: { application: string; npm: string }): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clone-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const part of ['scripts', 'bin']) cpSync(join(root, part), join(folder, part), { recursive: true });
  write('src/main.ts', application);
  write('package.json', '{"type":"module"}');
  write('package-lock.json', '{}');
  write('path/npm', `#!/bin/sh\necho "$*" >> ${folder}/calls\n${npm}\n`);
  chmodSync(join(folder, 'path/npm'), 0o755);
  execFileSync('mkfifo', [join(folder, 'npm.pipe'), join(folder, 'application.pipe')]);
  const children: ChildProcess[] = [];
  return {
    folder,
    write,
    launch(file, { args = [], cwd = folder, env = {} } = {}) {
      const path = `${join(folder, 'path')}${delimiter}${process.env['PATH'] ?? ''}`;
      const clean = {
        ...process.env,
        npm_lifecycle_event: undefined,
        npm_execpath: undefined,
        PATH: path,
        CLONE: folder,
      };
      const script = join(folder, file);
      const started = spawn(process.execPath, [script, ...args], { cwd, stdio: 'pipe', env: { ...clean, ...env } });
      children.push(started);
      return watched(started);
    },
    open: (pipe) => writeFileSync(join(folder, `${pipe}.pipe`), 'go\n'),
    npmCalls: () =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [],
    has: (path) => existsSync(join(folder, path)),
    remove() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function watched(started: ReturnType<typeof spawn>): Launched {
  const written = { out: '', err: '' };
  started.stdout?.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  started.stderr?.on('data', (chunk: Buffer) => (written.err += chunk.toString()));
  return {
    started,
    pid: started.pid ?? 0,
    written,
    async says(text) {
      while (!written.err.includes(text)) {
        if (started.exitCode !== null) throw new Error(`it ended without ${text}: ${written.err}`);
        if (started.stderr) await once(started.stderr, 'data');
      }
    },
    end: once(started, 'close').then(([code]: (number | null)[]) => code ?? null),
  };
}
