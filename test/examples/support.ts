import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = new URL('../../examples/', import.meta.url);

/** A sample that runs as its README says, in a process of its own. */
export interface Sample {
  /** The next line that it prints, of the two streams together; rejects once it has ended. */
  line(): Promise<string>;
  /** Its exit code, what it printed on stdout, and what on stderr. */
  ended: Promise<{ code: number | null; printed: string; complaint: string }>;
  /** Rejects, with what it printed, when it had ended by itself. */
  stop(): Promise<void>;
}

/** Starts what `npm start` would start. */
export function startSample(name: string, environment: Record<string, string>): Sample {
  const { scripts } = JSON.parse(read(name, 'package.json')) as { scripts: { start: string } };
  const { PATH, HOME, GATEHOUSE_TEST_RUN: NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, scripts.start.split(' ').slice(1), {
    cwd: fileURLToPath(new URL(name, folder)),
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const waiting: ((line: string) => void)[] = [];
  const unread: string[] = [];
  let [printed, complaint] = ['', ''];
  const take = (line: string) => waiting.shift()?.(line) ?? unread.push(line);
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed += `${line}\n`;
    take(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaint += `${line}\n`;
    take(line);
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, printed, complaint }));
  const died = () => new Error(`${name} ended: ${[printed, ...unread].join('\n')}`);
  return {
    line: () =>
      Promise.race([
        new Promise<string>((resolve) => {
          const line = unread.shift();
          if (line === undefined) waiting.push(resolve);
          else resolve(line);
        }),
        ended.then(() => Promise.reject(died())),
      ]),
    ended,
    async stop() {
      const running = child.kill('SIGTERM');
      await ended;
      if (!running) throw died();
    },
  };
}

/** What each YAML block of a README says, with other ports in place of its own, and `secret` in place of each secret. */
export function settingsOf(name: string, ports: Record<string, number>, secret: string): Record<string, unknown>[] {
  const blocks = [...read(name, 'README.md').matchAll(/```yaml\n([\s\S]*?)```/g)];
  return blocks.map(([, block = '']) => {
    const text = Object.entries(ports).reduce((all, [port, ours]) => all.replaceAll(`:${port}`, `:${ours}`), block);
    return parse(text.replaceAll(/\$\{\w+(:-[^}]*)?\}/g, secret)) as Record<string, unknown>;
  });
}

function read(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, folder), 'utf8');
}
