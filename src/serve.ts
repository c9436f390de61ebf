import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { openApp, type App } from './app/index.ts';
import { readAccounts } from './accounts/index.ts';
import {
  ensureDevelopmentKeys,
  followConfig,
  formatMistakes,
  keepApplied,
  loadConfig,
  type LoadedConfig,
  type Settings,
} from './config/index.ts';
import { migrate, openDatabase, startEmbedded, type Database } from './database/index.ts';
import { describeError, sentenceOf } from './kit/errors.ts';
import { createLogger, type Logger } from './kit/logger.ts';
import { simulatorClients, startSimulator, type SimulatorAccess } from './upstreams/index.ts';
import { createSimulatorViews, listen } from './web/index.ts';

type Config = Extract<LoadedConfig, { ok: true }>;

interface Output {
  write(text: string): unknown;
}

/** What was started so far, and how to stop each part, newest last. */
type Started = (() => Promise<void>)[];

interface Start {
  config: Config;
  env: NodeJS.ProcessEnv;
  cwd: string;
  logger: Logger;
  out: Output;
  started: Started;
}

/** Where our own data lie, and when the database that we look after is gone. */
interface Place {
  dataFolder: string;
  lost: Promise<void>;
}

/** Serves until SIGINT or SIGTERM, then stops everything it started, the newest first. Resolves with the exit code. */
export async function serve(io: { env: NodeJS.ProcessEnv; cwd: string; stdout: Output }): Promise<number> {
  const { env, cwd, stdout: out } = io;
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const config = await loadConfig(env, cwd);
  if (!config.ok) {
    out.write(`${formatMistakes(config.mistakes)}\n`);
    return 1;
  }
  const start = { config, env, cwd, logger: createLogger(config.environment.logLevel), out, started: [] };
  try {
    const { dataFolder, lost } = await startAll(start);
    announce(config, dataFolder, out);
    const asked = await Promise.race([stopped.then(() => true), lost.then(() => false)]);
    out.write(asked ? 'stopping\n' : 'the embedded PostgreSQL ended by itself: its log lies beside its data\n');
    return asked ? 0 : 1;
  } catch (error) {
    out.write(`Gatehouse cannot start: ${sentenceOf(error)}\n`);
    return 1;
  } finally {
    await stopAll(start);
  }
}

/** One part that does not stop must not keep the others from stopping, the embedded PostgreSQL least of all. */
async function stopAll({ started, logger }: Pick<Start, 'started' | 'logger'> & { started: Started }): Promise<void> {
  for (const stop of started.toReversed()) {
    await stop().catch((error: unknown) =>
      logger.error({ error: describeError(error) }, 'a part did not stop cleanly'),
    );
  }
}

/** Starts one part after the other. */
async function startAll(start: Start): Promise<Place> {
  const { config, logger, out, started } = start;
  const { settings } = config;
  const { database, dataFolder, lost } = await connect(start);
  const applied = await migrate(database);
  if (applied.length > 0) out.write(`the database schema is up to date (${applied.length} migrations applied)\n`);
  // Beside the database that they open: one is of no use without the other.
  const secrets = secretsOf(settings, dataFolder);
  const simulator = settings.development.simulator ? await simulate(settings, database, started) : undefined;
  const inForce: { state: ReturnType<typeof follow>['state'] } = { state: () => config };
  const app = await openApp({ settings, secrets, config: () => inForce.state(), database, logger, simulator });
  started.push(() => app.close());
  await listenAll(settings, app, started);
  const keep = (taken: Config) => keepApplied(database, taken, secrets.subject_salt);
  await keep(config);
  inForce.state = follow(start, app, keep).state;
  return { dataFolder, lost };
}

/** Takes what changes in the files of the configuration, as soon as it does, and on SIGHUP. */
function follow(
  { config, env, cwd, logger, started }: Start,
  { apply, record }: App,
  keep: (config: Config) => Promise<void>,
) {
  const following = followConfig({ first: config, variables: env, cwd, apply, keep, record, logger });
  process.on('SIGHUP', following.look);
  started.push(async () => {
    process.off('SIGHUP', following.look);
    await following.stop();
  });
  return following;
}

/** The configured database, else the embedded one. */
async function connect({ config, out, started }: Start): Promise<Place & { database: Database }> {
  const { settings, environment } = config;
  const open = (connection: Parameters<typeof openDatabase>[0]) => {
    const database = openDatabase(connection);
    started.push(() => database.close());
    return database;
  };
  if (settings.database) {
    const lost = new Promise<never>(() => {}); // others look after it; we wait for it to come back
    return { database: open(settings.database), dataFolder: environment.dataDir, lost };
  }
  const dataDir = join(environment.dataDir, 'postgres');
  const embedded = await startEmbedded({ dataDir, progress: (step) => out.write(`${step}\n`) });
  started.push(() => embedded.stop());
  return { database: open(embedded.connection), dataFolder: dirname(embedded.dataDir), lost: embedded.ended };
}

/** Keys that development mode generates; elsewhere the config must hold them, which its check has seen to. */
export function secretsOf(settings: Settings, dataDir: string) {
  if (settings.development.generated_keys) return ensureDevelopmentKeys(settings, dataDir);
  const { encryption_key, subject_salt } = settings;
  if (!encryption_key || !subject_salt) throw new Error('encryption_key and subject_salt are missing in the config');
  return { encryption_key, subject_salt };
}

/** The simulated providers, on the next port and on another host than `localhost`. */
async function simulate(settings: Settings, database: Database, started: Started): Promise<SimulatorAccess> {
  const { issuer, brand, http } = settings;
  const clients = simulatorClients(issuer, settings.upstreams);
  const port = http.port + 1;
  const simulator = await startSimulator({
    host: http.host === '0.0.0.0' ? http.host : '127.0.0.1',
    port,
    publicBase: `http://127.0.0.1:${port}`,
    clients,
    clientName: brand.name,
    viewsRender: createSimulatorViews(),
    accountsAddress: () => readAccounts(database).newestAddress(),
  }).catch(explainTaken(port, 'the simulator'));
  started.push(() => simulator.close());
  return { base: simulator.base, clients };
}

async function listenAll({ http }: Settings, app: App, started: Started): Promise<void> {
  const { port, host, metrics_port } = http;
  const server = await listen({ app: app.listener, port, host }).catch(explainTaken(port, 'Gatehouse'));
  started.push(() => server.close());
  if (metrics_port === undefined) return;
  const metrics = await listen({ app: app.web.metrics.handler, port: metrics_port, host }).catch(
    explainTaken(metrics_port, 'metrics'),
  );
  started.push(() => metrics.close());
}

function announce({ settings, file, warnings, overrides }: Config, dataFolder: string, out: Output): void {
  const { issuer, development } = settings;
  const lines = [
    { name: 'issuer', value: issuer },
    { name: 'discovery', value: `${issuer}/.well-known/openid-configuration` },
    ...(development.demo ? [{ name: 'demo app', value: `${issuer}/demo` }] : []),
    ...(development.mailbox ? [{ name: 'mailbox', value: `${issuer}/mailbox` }] : []),
    { name: 'config file', value: file },
    { name: 'data folder', value: dataFolder },
  ];
  if (warnings.length > 0) out.write(`${formatMistakes(warnings)}\n`);
  for (const override of overrides) out.write(`${override}\n`);
  const list = lines.map(({ name, value }) => `  ${name.padEnd(12)} ${value}\n`).join('');
  out.write(`\nGatehouse is ready\n\n${list}\nStop it with Ctrl-C.\n`);
}

/** The most common reason why a start fails, in words that say what to do. */
function explainTaken(port: number, what: string): (error: unknown) => never {
  return (error) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    throw new Error(`port ${port}, where ${what} should listen, is taken: try PORT=4000 npm start`, { cause: error });
  };
}
