import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAccounts } from '../../src/accounts/index.ts';
import { runCommand, type CommandParts } from '../../src/cli/index.ts';
import { configJsonSchema, formatMistakes, loadConfig, nearest, type Settings } from '../../src/config/index.ts';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { openEvents, readEvents, type Events } from '../../src/events/index.ts';
import { createLogger } from '../../src/kit/logger.ts';

export interface Run {
  code: number;
  out: string;
  err: string;
}

export interface World {
  run(...argv: string[]): Promise<Run>;
  write(config: string): void;
  /** How many databases commands have opened and not closed. */
  open(): number;
  remove(): void;
}

/** The events over a database, to record some. */
export function eventsOver(database: Database): Events {
  return openEvents({ database, logger: createLogger('silent'), lifetimes: { events: 400 * 86_400 } });
}

/** A folder with a config file and the commands over it. */
export function worldWith(config: string): World {
  const cwd = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
  const file = join(cwd, 'gatehouse.yaml');
  let open = 0;
  writeFileSync(file, config);
  const parts: CommandParts<Settings> = {
    start: async () => 0,
    config: {
      load: loadConfig,
      format: formatMistakes,
      schema: configJsonSchema,
    },
    nearest,
    version: () => '1.2.3',
    async openDatabase(settings) {
      const database = openDatabase({ url: settings.database?.url ?? '' });
      open += 1;
      return {
        database,
        async close() {
          open -= 1;
          await database.close();
        },
      };
    },
    rooms: (database) => ({ accounts: readAccounts(database), events: readEvents(database) }),
  };
  return {
    async run(...argv) {
      const written = { out: '', err: '' };
      const io = {
        stdout: { write: (text: string) => (written.out += text) },
        stderr: { write: (text: string) => (written.err += text) },
        env: { GATEHOUSE_CONFIG: 'gatehouse.yaml' },
        cwd,
      };
      const code = await runCommand(argv, io, parts);
      return { code, ...written };
    },
    write: (text) => writeFileSync(file, text),
    open: () => open,
    remove: () => rmSync(cwd, { recursive: true }),
  };
}
