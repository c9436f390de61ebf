import { formatMistakes, loadConfig } from '../config/index.ts';
import { sentenceOf } from '../kit/errors.ts';
import { createLogger } from '../kit/logger.ts';
import { hearOrders, isSibling } from '../processes/index.ts';
import { announce } from './announce.ts';
import { serveWith, type Ended } from './many_processes.ts';
import { serveHere } from './one_process.ts';
import { findPlace } from './place.ts';
import { processesOf } from './processes_of.ts';
import { updateSchema } from './schema.ts';
import { stopAll, type Output, type Start } from './start.ts';

/**
 * Serves until SIGINT or SIGTERM, then finishes what is under way and stops everything it started, the newest first; a second
 * signal ends it at once. Resolves with the exit code.
 */
export async function serve(io: { env: NodeJS.ProcessEnv; cwd: string; stdout: Output }): Promise<number> {
  const { env, cwd, stdout: out } = io;
  const atOnce: Start['atOnce'] = [];
  const orders = hearOrders(() => {
    for (const end of atOnce) end();
    process.exit(1);
  });
  try {
    const config = await loadConfig(env, cwd);
    if (!config.ok) {
      out.write(`${formatMistakes(config.mistakes)}\n`);
      return 1;
    }
    const logger = createLogger(config.environment.logLevel);
    return await run({ config, env, cwd, logger, out, orders, started: [], atOnce });
  } finally {
    orders.close();
  }
}

const WORDS: Record<Ended, string> = {
  asked: 'stopping\n',
  database: 'the embedded PostgreSQL ended by itself: its log lies beside its data\n',
  processes: 'no process serves, and none can be started: the lines above say why\n',
};

async function run(start: Start): Promise<number> {
  const { out } = start;
  try {
    const ended = isSibling ? await serveBeside(start) : await serveFirst(start);
    if (ended !== 'never' && !isSibling) out.write(WORDS[ended]);
    return ended === 'asked' ? 0 : 1;
  } catch (error) {
    out.write(`Gatehouse cannot start: ${sentenceOf(error)}\n`);
    return 1;
  } finally {
    await stopAll(start);
  }
}

/** The only process, or the one that starts the others. */
async function serveFirst(start: Start): Promise<Ended | 'never'> {
  const { settings } = start.config;
  const place = await findPlace(start);
  await updateSchema(place, start);
  const count = processesOf(settings);
  if (count > 1) return serveWith(count, start, place);
  await serveHere(start, place);
  announce(start, { dataFolder: place.dataFolder, count });
  return Promise.race([start.orders.stop.then(() => 'asked' as const), place.lost.then(() => 'database' as const)]);
}

/** One of several: the primary has seen to the database, and says what is to be said. */
async function serveBeside(start: Start): Promise<Ended> {
  await serveHere(start, await findPlace(start));
  await start.orders.stop;
  return 'asked';
}
