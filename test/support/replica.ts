import { appendFile, chown, cp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/database/index.ts';

/** The server that is followed, as `startEmbedded` started it. */
interface Primary {
  url: string;
  dataDir: string;
}

/** A streaming replica of an embedded PostgreSQL: it answers what is read, and refuses to write until it is promoted. */
export interface Replica {
  url: string;
  dataDir: string;
  /** Resolves once the replica holds everything that the primary has committed until now. */
  caughtUp(): Promise<void>;
  /** From now on a commit on the primary waits until it is on the disk of the replica: a failover then loses nothing. */
  makeSynchronous(): Promise<void>;
  /** Makes it a primary of its own; resolves once it takes writes. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'replica';
/** What belongs to the running server and not to its data; its write-ahead log comes over the stream. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts']);
const TRIES = 600;

/**
 * Starts a replica in a folder of its own beside the primary, on the same machine: `pg_backup_start`, a copy of the files,
 * `pg_backup_stop`, and the binaries that we bring along stream the rest. One replica for a primary.
 */
export async function startReplica(primary: Primary, dataDir: string): Promise<Replica> {
  await copyFiles(primary, dataDir);
  const server = await startEmbedded({ dataDir });
  const { url } = server;
  return {
    url,
    dataDir: server.dataDir,
    async caughtUp() {
      const { at } = await ask(primary.url, 'select pg_current_wal_flush_lsn()::text as at');
      await until(url, `select pg_last_wal_replay_lsn() >= '${String(at)}' as so`);
    },
    async makeSynchronous() {
      await ask(primary.url, `alter system set synchronous_standby_names = '${NAME}'`);
      await ask(primary.url, 'select pg_reload_conf()');
      await until(primary.url, `select exists (select from pg_stat_replication where sync_state = 'sync') as so`);
    },
    async promote() {
      await ask(url, 'select pg_promote(true, 60)');
      await until(url, 'select not pg_is_in_recovery() as so');
    },
    async stop() {
      await server.stop();
      await rm(server.dataDir, { recursive: true, force: true });
    },
  };
}

async function copyFiles(primary: Primary, dataDir: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  try {
    // Without a slot the primary may throw away what the replica has not fetched yet.
    await client.query('select pg_create_physical_replication_slot($1, true)', [NAME]);
    await client.query('select pg_backup_start($1, true)', [NAME]);
    const isWanted = (path: string) => {
      const [top = '', ...below] = relative(primary.dataDir, path).split('/');
      return (
        !LEFT_OUT.has(top) &&
        !top.startsWith('.s.PGSQL') &&
        !(top === 'pg_wal' && below.length === 1 && /^[0-9A-F]{24}/.test(below[0] ?? ''))
      );
    };
    await cp(primary.dataDir, dataDir, { recursive: true, filter: isWanted, preserveTimestamps: true });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await writeFile(join(dataDir, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  const host = new URL(primary.url).searchParams.get('host') ?? primary.dataDir;
  const conninfo = `host=''${host}'' user=''${userOf(primary.url)}'' application_name=${NAME}`;
  const lines = [`primary_conninfo = '${conninfo}'`, `primary_slot_name = '${NAME}'`];
  await appendFile(join(dataDir, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  await writeFile(join(dataDir, 'standby.signal'), '');
  await giveTo(primary.dataDir, dataDir);
}

/** As root the server runs as another account, which owns what it works on. */
async function giveTo(like: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(like);
  const names = await readdir(folder, { recursive: true });
  for (const path of [folder, ...names.map((name) => join(folder, name))]) await chown(path, uid, gid);
}

function userOf(url: string): string {
  const { username, searchParams } = new URL(url);
  return username || (searchParams.get('user') ?? 'postgres');
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0] ?? {};
  } finally {
    await client.end();
  }
}

async function until(url: string, sql: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if ((await ask(url, sql))['so'] === true) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`a minute was not enough for: ${sql}`);
}
