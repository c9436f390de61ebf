import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCommand, type CommandParts } from '../../src/cli/index.ts';
import { commandParts } from '../../src/commands.ts';
import type { Settings } from '../../src/config/index.ts';
import type { Database } from '../../src/database/index.ts';
import { openEvents, type Events } from '../../src/events/index.ts';
import { createLogger } from '../../src/kit/logger.ts';

export interface Run {
  code: number;
  out: string;
  err: string;
}

/** What stands at the other end of a command's streams. */
export interface Terminal {
  /** What comes on standard input, then it ends. */
  typed?: string | Buffer;
  isTTY?: boolean;
}

export interface World {
  cwd: string;
  run(...argv: string[]): Promise<Run>;
  runAt(terminal: Terminal, ...argv: string[]): Promise<Run>;
  write(config: string): void;
  /** How many databases commands have opened and not closed. */
  open(): number;
  remove(): void;
}

/** The events over a database, to record some. */
export function eventsOver(database: Database): Events {
  return openEvents({ database, logger: createLogger('silent'), lifetimes: () => ({ events: 400 * 86_400 }) });
}

/** A folder with a config file and the commands over it. */
export function worldWith(config: string): World {
  const cwd = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
  const file = join(cwd, 'gatehouse.yaml');
  let open = 0;
  writeFileSync(file, config);
  const parts: CommandParts<Settings> = {
    ...commandParts,
    start: async () => 0,
    version: () => '1.2.3',
    async openDatabase(settings, io) {
      const opened = await commandParts.openDatabase(settings, io);
      open += 1;
      return {
        ...opened,
        async close() {
          open -= 1;
          await opened.close();
        },
      };
    },
  };
  async function runAt({ typed, isTTY = false }: Terminal, ...argv: string[]): Promise<Run> {
    const written = { out: '', err: '' };
    const into = (name: 'out' | 'err') => ({
      isTTY,
      write(text: string, done?: () => void) {
        written[name] += text;
        done?.();
      },
    });
    const io = {
      stdin: Object.assign(Readable.from(typed === undefined ? [] : [Buffer.from(typed)]), { isTTY }),
      stdout: into('out'),
      stderr: into('err'),
      env: { GATEHOUSE_CONFIG: 'gatehouse.yaml', GATEHOUSE_DATA: join(cwd, 'data') },
      cwd,
    };
    const code = await runCommand(argv, io, parts);
    return { code, ...written };
  }
  return {
    cwd,
    run: (...argv) => runAt({}, ...argv),
    runAt,
    write: (text) => writeFileSync(file, text),
    open: () => open,
    remove: () => rmSync(cwd, { recursive: true }),
  };
}
