import { setTimeout as sleep } from 'node:timers/promises';
import { readAccounts } from '../accounts/index.ts';
import { openApp, type App } from '../app/index.ts';
import { followConfig, keepApplied, type Settings } from '../config/index.ts';
import type { Database } from '../database/index.ts';
import { isSibling, joinSiblings } from '../processes/index.ts';
import { simulatorClients, startSimulator, type SimulatorAccess } from '../upstreams/index.ts';
import { createSimulatorViews, listen, type Listening } from '../web/index.ts';
import { openPlace, type Place } from './place.ts';
import { processesOf } from './processes_of.ts';
import { secretsOf } from './secrets.ts';
import { inTime, type Config, type Start } from './start.ts';

/** Starts one part after the other, over a database whose schema is there. What stops first is the welcome of new requests. */
export async function serveHere(start: Start, place: Place): Promise<void> {
  const { config, logger, started } = start;
  const { settings } = config;
  const database = openPlace(place, start);
  // Beside the database that they open: one is of no use without the other.
  const secrets = secretsOf(settings, place.dataFolder);
  const simulator = settings.development.simulator ? await simulate(settings, database, started) : undefined;
  const inForce: { state: ReturnType<typeof follow>['state'] } = { state: () => config };
  const siblings = isSibling ? joinSiblings(() => app.web.metrics.numbers()) : undefined;
  const app = await openApp({
    settings,
    secrets,
    config: () => inForce.state(),
    database,
    logger,
    simulator,
    siblings: siblings && { count: processesOf(settings), numbers: siblings.askAll },
  });
  started.push(() => inTime(app.close()));
  const listening = await listenAll(settings, app, started);
  const keep = (taken: Config) => keepApplied(database, taken, secrets.subject_salt);
  await keep(config);
  inForce.state = follow(start, app, keep).state;
  started.push(() => leave(app, listening, start));
  siblings?.serving();
}

/** Tells the proxy in front that we stop, unless others serve at this port, and goes on for as long as it needs to see that. */
async function leave(app: App, listening: Listening[], { config, orders }: Start): Promise<void> {
  if (!orders.isReplaced()) app.web.leave();
  for (const each of listening) each.leave();
  await sleep(config.settings.http.drain_delay * 1000);
}

/** Takes what changes in the files of the configuration, as soon as it does, and on SIGHUP. */
function follow(
  { config, env, cwd, logger, orders, started }: Start,
  { apply, record }: App,
  keep: (config: Config) => Promise<void>,
) {
  const following = followConfig({ first: config, variables: env, cwd, apply, keep, record, logger });
  orders.onReread(following.look);
  started.push(() => inTime(following.stop()));
  return following;
}

/** The simulated providers, on the next port and on another host than `localhost`. */
async function simulate(settings: Settings, database: Database, started: Start['started']): Promise<SimulatorAccess> {
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

async function listenAll({ http }: Settings, app: App, started: Start['started']): Promise<Listening[]> {
  const { port, host, metrics_port } = http;
  const open = async (handler: Parameters<typeof listen>[0]['app'], at: number, what: string) => {
    const patience = { close: http.drain_timeout * 1000 };
    const listening = await listen({ app: handler, port: at, host, patience }).catch(explainTaken(at, what));
    started.push(() => listening.close());
    return listening;
  };
  const server = await open(app.listener, port, 'Gatehouse');
  if (metrics_port === undefined) return [server];
  return [server, await open(app.web.metrics.handler, metrics_port, 'metrics')];
}

/** The most common reason why a start fails, in words that say what to do. */
function explainTaken(port: number, what: string): (error: unknown) => never {
  return (error) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    throw new Error(`port ${port}, where ${what} should listen, is taken: try PORT=4000 npm start`, { cause: error });
  };
}
