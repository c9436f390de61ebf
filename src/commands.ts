import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAccounts } from './accounts/index.ts';
import type { CommandParts } from './cli/index.ts';
import {
  configJsonSchema,
  formatMistakes,
  loadConfig,
  nearest,
  readEnvironment,
  type Settings,
} from './config/index.ts';
import { findEmbedded, openDatabase, startEmbedded, type Connection, type Database } from './database/index.ts';
import { readEvents } from './events/index.ts';
import { serve } from './serve.ts';

/** What the commands need of the rooms. */
export const commandParts: CommandParts<Settings> = {
  start: serve,
  config: { load: loadConfig, format: formatMistakes, schema: configJsonSchema },
  nearest,
  version: versionOfPackage,
  async openDatabase(settings, io) {
    if (settings.database) return opened(settings.database);
    const dataDir = join(readEnvironment(io.env, io.cwd).dataDir, 'postgres');
    const running = await findEmbedded(dataDir);
    if (running) return opened(running);
    const embedded = await startEmbedded({ dataDir, progress: (step) => io.stderr.write(`${step} ...\n`) });
    const { database, close } = opened(embedded.connection);
    return {
      database,
      async close() {
        await close();
        await embedded.stop();
      },
    };
  },
  rooms: (database) => ({ accounts: readAccounts(database), events: readEvents(database) }),
};

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string }; // our own package.json, which npm insists has one
  return version;
}

/** A command asks one thing after the other. */
function opened(connection: Connection): { database: Database; close(): Promise<void> } {
  const database = openDatabase(connection, { poolSize: 2 });
  return { database, close: () => database.close() };
}
