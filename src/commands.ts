import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readAccounts } from './accounts/index.ts';
import { openForCommand, openForKeyCommand, openOwnOutbound, outboundSettings, planConfig } from './app/index.ts';
import type { CommandParts } from './cli/index.ts';
import {
  configJsonSchema,
  formatMistakes,
  loadConfig,
  nearest,
  readEnvironment,
  type Settings,
} from './config/index.ts';
import { findEmbedded, openDatabase, startEmbedded, sweepAll, type Connection } from './database/index.ts';
import { readEvents } from './events/index.ts';
import { createLogger } from './kit/logger.ts';
import { readMails } from './mail/index.ts';
import { createOutbound } from './outbound/index.ts';
import { listInitialTokens, listRegisteredClients } from './oidc/index.ts';
import { readSecondFactors } from './second_factors/index.ts';
import { secretsOf, serve } from './serve/index.ts';

/** What the commands need of the rooms. */
export const commandParts: CommandParts<Settings> = {
  start: serve,
  config: { load: loadConfig, format: formatMistakes, schema: configJsonSchema },
  nearest,
  version: versionOfPackage,
  async openDatabase(settings, io) {
    const dataFolder = readEnvironment(io.env, io.cwd).dataDir;
    if (settings.database) {
      const { url, prepared, replica_url } = settings.database;
      return opened({ url, prepared, replica_url }, dataFolder);
    }
    const dataDir = join(dataFolder, 'postgres');
    const running = await findEmbedded(dataDir);
    if (running) return opened(running.connection, dirname(running.dataDir));
    const embedded = await startEmbedded({ dataDir, progress: (step) => io.stderr.write(`${step} ...\n`) });
    const { close, ...open } = opened(embedded.connection, dirname(embedded.dataDir));
    return {
      ...open,
      async close() {
        await close();
        await embedded.stop();
      },
    };
  },
  outbound: (settings) => openOwnOutbound(settings),
  visitor: (settings) => createOutbound({ ...outboundSettings(settings), redirects: 'shown' }),
  rooms: (database) => ({
    accounts: readAccounts(database),
    events: readEvents(database),
    mails: readMails(database),
    secondFactors: readSecondFactors(database),
    registrations: {
      clients: () => listRegisteredClients(database.knex),
      tokens: () => listInitialTokens(database.knex),
    },
  }),
  keys(settings, { database, dataFolder }) {
    return openForKeyCommand({
      settings,
      secrets: secretsOf(settings, dataFolder),
      database,
      logger: createLogger('silent'),
    });
  },
  async plan(settings, { database, dataFolder }) {
    return planConfig(database, { settings, salt: secretsOf(settings, dataFolder).subject_salt });
  },
  async changing(settings, { database, dataFolder }) {
    const secrets = secretsOf(settings, dataFolder);
    // What a command has to say it says itself; nobody asks it for the hash of its configuration.
    const rooms = await openForCommand({
      settings,
      secrets,
      config: () => ({ hash: '' }),
      database,
      logger: createLogger('silent'),
    });
    return { ...rooms, sweep: (told) => sweepAll(database, rooms.sweeps, told) };
  },
};

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string }; // our own package.json, which npm insists has one
  return version;
}

/** A command asks one thing after the other. */
function opened(connection: Connection, dataFolder: string) {
  const database = openDatabase(connection, { poolSize: 2 });
  return { database, dataFolder, close: () => database.close() };
}
