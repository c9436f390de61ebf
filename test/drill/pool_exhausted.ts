import pg from 'pg';
import { rssOf } from '../bench/figures.ts';
import { withKillablePostgres, type KillablePostgres } from './killable_postgres.ts';
import type { Load } from './load/load.ts';
import { withLoadWorld, type LoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { complainOfSilence, underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/** For all who use the server: soon taken. */
const MAX_CONNECTIONS = 40;
const MOST_MEGABYTES = 400;

/**
 * Takes the database away without ending it: a lock holds everything that signs in or rotates, then others have every connection
 * that it gives.
 */
export function poolExhausted({ seconds, ...wishes }: LoadWishes & { seconds: number }): Promise<DrillReport> {
  return withKillablePostgres(async (postgres) => {
    await withClient(postgres, (client) => client.query(`alter system set max_connections = ${MAX_CONNECTIONS}`));
    postgres.kill();
    await postgres.revive();
    return withLoadWorld({ database: postgres }, (world) =>
      underLoad(world, wishes, (load) => strike({ postgres, world, load, seconds })),
    );
  });
}

interface Scene {
  postgres: KillablePostgres;
  world: LoadWorld;
  load: Load;
  seconds: number;
}

async function strike({ postgres, world, load, seconds }: Scene) {
  const documents = watchDocuments(world);
  const [{ pid } = { pid: 0 }] = world.gatehouses;
  const memory = [rssOf(pid)];
  const notes: string[] = [];
  for (const [what, fault] of Object.entries({ lock: locked, connections: crowded })) {
    const before = load.journal.errors.length;
    const refused = await fault(postgres, async () => {
      await passed(seconds);
      return load.journal.errors.length - before;
    });
    const released = performance.now();
    await load.answered(1);
    memory.push(rssOf(pid));
    const served = ((performance.now() - released) / 1000).toFixed(1);
    notes.push(
      `${what}: held for ${seconds} s, ${refused} refused; everybody was answered ${served} s after its release`,
    );
  }
  const at = performance.now();
  complainOfSilence(load, 'while the database was held');
  if (Math.max(...memory) > MOST_MEGABYTES) load.journal.wrong.push(`the server grew to ${Math.max(...memory)} MB`);
  return { at, notes: [...notes, `memory: ${memory.join(', ')} MB`, await documents.end(load)] };
}

/** A lock on what every sign-in and every rotation needs. */
function locked<Result>(postgres: KillablePostgres, meanwhile: () => Promise<Result>): Promise<Result> {
  return withClient(postgres, async (client) => {
    await client.query('begin');
    await client.query('lock table sessions, refresh_tokens, interactions in access exclusive mode');
    return meanwhile();
  });
}

/** Every connection that there is belongs to others: ours are ended, and there is no room for new ones. */
async function crowded<Result>(postgres: KillablePostgres, meanwhile: () => Promise<Result>): Promise<Result> {
  const others: pg.Client[] = [];
  try {
    for (let turn = 0; turn < 3; turn += 1) {
      while (await joined(postgres, others)) continue;
      await others[0]?.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gatehouse'`,
      );
    }
    while (await joined(postgres, others)) continue;
    return await meanwhile();
  } finally {
    for (const client of others) await client.end();
  }
}

/** False when the server takes no more. */
async function joined(postgres: KillablePostgres, others: pg.Client[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: postgres.directUrl() });
  client.on('error', () => {});
  try {
    await client.connect();
    others.push(client);
    return true;
  } catch {
    return false;
  }
}

async function withClient<Result>(
  postgres: KillablePostgres,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: postgres.directUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function passed(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
