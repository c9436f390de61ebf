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
import { openEvents } from './events/index.ts';
import { createLogger } from './kit/logger.ts';
import { serve } from './serve.ts';

/** What the commands need of the rooms. */
export const commandParts: CommandParts<Settings> = {
  start: (io) => serve(io.env, io.cwd, io.stdout),
  config: { load: loadConfig, format: formatMistakes, schema: configJsonSchema },
  nearest,
  async openDatabase(settings, io) {
    if (settings.database) return opened(settings.database);
    const dataDir = join(readEnvironment(io.env, io.cwd).dataDir, 'postgres');
    const running = await findEmbedded(dataDir);
    if (running) return opened(running);
    const embedded = await startEmbedded({ dataDir });
    const { database, close } = opened(embedded.connection);
    return {
      database,
      async close() {
        await close();
        await embedded.stop();
      },
    };
  },
  rooms: (_settings, database) => ({
    accounts: readAccounts(database),
    events: openEvents({ database, logger: createLogger('error') }),
  }),
};

/** A command asks one thing after the other. */
function opened(connection: Connection): { database: Database; close(): Promise<void> } {
  const database = openDatabase(connection, { poolSize: 2 });
  return { database, close: () => database.close() };
}
