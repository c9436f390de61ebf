import { once } from 'node:events';
import { join } from 'node:path';
import { openApp, type App } from './app.ts';
import {
  ensureDevelopmentKeys,
  formatMistakes,
  loadConfig,
  readEnvironment,
  type Environment,
  type Settings,
} from './config/index.ts';
import { migrate, openDatabase, startEmbedded, type Database } from './database/index.ts';
import { createLogger } from './kit/logger.ts';
import { simulatorClients, startSimulator, type SimulatorAccess } from './upstreams/index.ts';
import { createLooseViews, listen } from './web/index.ts';

type Close = () => Promise<void>;

interface Output {
  write(text: string): unknown;
}

const SWEEP_MILLISECONDS = 5 * 60_000;

/** Serves until SIGINT or SIGTERM, then stops everything it started, the newest first. Resolves with the exit code. */
export async function serve(variables: NodeJS.ProcessEnv, cwd: string, out: Output): Promise<number> {
  const config = await loadConfig(variables, cwd);
  if (!config.ok) {
    out.write(`${formatMistakes(config.mistakes)}\n`);
    return 1;
  }
  const environment = readEnvironment(variables, cwd);
  const closing: Close[] = [];
  const stopped = stopSignal();
  try {
    const dataFolder = await start(config, environment, out, closing);
    announce(config, dataFolder, out);
    await stopped;
    out.write('stopping\n');
    return 0;
  } catch (error) {
    out.write(`Gatehouse cannot start: ${reasonOf(error)}\n`);
    return 1;
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

type Loaded = Extract<Awaited<ReturnType<typeof loadConfig>>, { ok: true }>;

/** Starts one part after the other and leaves behind how to stop each. Returns where the embedded database lies. */
async function start(
  config: Loaded,
  environment: Environment,
  out: Output,
  closing: Close[],
): Promise<string | undefined> {
  const { settings, hash: configHash } = config;
  const logger = createLogger(environment.logLevel);
  const { database, dataFolder } = await connect(settings, environment, out, closing);
  const applied = await migrate(database);
  if (applied.length > 0) out.write(`the database schema is up to date (${applied.length} migrations applied)\n`);
  const secrets = secretsOf(settings, environment);
  const simulator = settings.development.simulator ? await simulate(settings, database, closing) : undefined;
  const app = await openApp({ settings, secrets, configHash, database, logger, simulator });
  closing.push(() => app.close());
  await listenAll(settings, app, closing);
  const sweeper = setInterval(() => {
    app.sweep().catch((error: unknown) => logger.warn({ reason: reasonOf(error) }, 'sweep failed'));
  }, SWEEP_MILLISECONDS);
  closing.push(async () => clearInterval(sweeper));
  return dataFolder;
}

/** The configured database, else the embedded one. */
async function connect(settings: Settings, environment: Environment, out: Output, closing: Close[]) {
  if (settings.database) {
    const database = openDatabase(settings.database);
    closing.push(() => database.close());
    return { database, dataFolder: undefined };
  }
  const dataDir = join(environment.dataDir, 'postgres');
  const embedded = await startEmbedded({ dataDir, progress: (step) => out.write(`${step} ...\n`) });
  closing.push(() => embedded.stop());
  const database = openDatabase(embedded.connection);
  closing.push(() => database.close());
  return { database, dataFolder: embedded.dataDir };
}

/** Keys that development mode generates; elsewhere the config must hold them, which its check has seen to. */
function secretsOf(settings: Settings, environment: Environment) {
  if (settings.development.generated_keys) return ensureDevelopmentKeys(settings, environment.dataDir);
  const { encryption_key, subject_salt } = settings;
  if (!encryption_key || !subject_salt) throw new Error('encryption_key and subject_salt are missing in the config');
  return { encryption_key, subject_salt };
}

/** The simulated Google and Facebook, on the next port and on another host than `localhost`. */
async function simulate(settings: Settings, database: Database, closing: Close[]): Promise<SimulatorAccess> {
  const { issuer, brand, http } = settings;
  const clients = simulatorClients(issuer, settings.upstreams);
  const views = createLooseViews({ issuer, brand, development: true });
  const port = http.port + 1;
  const simulator = await startSimulator({
    host: http.host === '0.0.0.0' ? http.host : '127.0.0.1',
    port,
    publicBase: `http://127.0.0.1:${port}`,
    clients,
    clientName: brand.name,
    viewsRender: views.bare,
    accountsAddress: () => newestAddress(database),
  });
  closing.push(() => simulator.close());
  return { base: simulator.base, clients };
}

async function newestAddress({ knex }: Database): Promise<string | undefined> {
  const [row] = await knex('addresses')
    .join('accounts', 'accounts.id', 'addresses.account_id')
    .whereNotNull('verified_at')
    .orderBy('accounts.created_at', 'desc')
    .limit(1)
    .pluck('stored');
  return row;
}

async function listenAll({ http }: Settings, app: App, closing: Close[]): Promise<void> {
  const server = await listen({ app: app.web.app, port: http.port, host: http.host });
  closing.push(() => server.close());
  if (http.metrics_port === undefined) return;
  const metrics = await listen({ app: app.web.metrics.handler, port: http.metrics_port, host: http.host });
  closing.push(() => metrics.close());
}

function announce({ settings, file, warnings, overrides }: Loaded, dataFolder: string | undefined, out: Output): void {
  const { issuer, development } = settings;
  const lines: [string, string][] = [
    ['issuer', issuer],
    ['discovery', `${issuer}/.well-known/openid-configuration`],
    ...(development.demo ? [['demo app', `${issuer}/demo`] as [string, string]] : []),
    ...(development.mailbox ? [['mailbox', `${issuer}/mailbox`] as [string, string]] : []),
    ['config file', file],
    ['data folder', dataFolder ?? 'none: the configured database'],
  ];
  if (warnings.length > 0) out.write(`${formatMistakes(warnings)}\n`);
  for (const override of overrides) out.write(`${override}\n`);
  out.write(
    `\nGatehouse is ready\n\n${lines.map(([name, value]) => `  ${name.padEnd(12)} ${value}\n`).join('')}\nStop it with Ctrl-C.\n`,
  );
}

async function stopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
