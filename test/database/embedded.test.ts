import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { findEmbedded, openDatabase, startEmbedded } from '../../src/database/index.ts';
import { isAlive } from '../support/processes.ts';
import { until } from '../support/until.ts';

const embeddedApp = fileURLToPath(new URL('../support/embedded_app.ts', import.meta.url));

interface Ready {
  dataDir: string;
  url: string;
}

// Each test starts several servers, and a loaded machine takes its time.
jest.setTimeout(120_000);

let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-embedded-'));
  await chmod(folder, 0o711);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts the app in a process of its own; rejects with what it said when it refuses to start. */
async function launch(dataDir: string): Promise<Ready & { app: ChildProcess }> {
  const app = spawn(process.execPath, [embeddedApp, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(app);
  let refusal = '';
  app.stderr.on('data', (chunk: Buffer) => (refusal += chunk.toString()));
  const line = once(app.stdout, 'data') as Promise<[Buffer]>;
  const ended = once(app, 'close').then(() => Promise.reject(new Error(refusal)));
  const [ready] = await Promise.race([line, ended]);
  ended.catch(() => {});
  return { ...(JSON.parse(ready.toString()) as Ready), app };
}

async function end(app: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(app, 'exit');
  app.kill(signal);
  await exit;
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const database = openDatabase({ url }, { poolSize: 1 });
  try {
    return (await database.run({ name: 'test', text: sql }, [])).rows;
  } finally {
    await database.close();
  }
}

describe('the embedded server', () => {
  it('keeps its rows over a clean restart, and over kill -9 of the app, which leaves no process behind', async () => {
    const dataDir = join(folder, 'kept');
    const first = await launch(dataDir);
    await query(first.url, 'create table kept (n int primary key)');
    await query(first.url, 'insert into kept values (1)');
    await end(first.app, 'SIGTERM');
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);

    const second = await launch(dataDir);
    await query(second.url, 'insert into kept values (2)');
    const postmaster = await postmasterPid(dataDir);
    await end(second.app, 'SIGKILL');
    await until(() => !isAlive(postmaster));

    const third = await launch(dataDir);
    expect(await query(third.url, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);
    await end(third.app, 'SIGKILL');

    const fourth = await launch(dataDir); // at once, while the watchdog is still at work
    expect(await query(fourth.url, 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
    await end(fourth.app, 'SIGTERM');
  });

  it('is a real PostgreSQL with checksums, UTF-8, durable commits and no TCP port', async () => {
    const server = await startEmbedded({ dataDir: join(folder, 'settings') });
    try {
      const [row] = await query(
        server.url,
        `select current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
                current_setting('fsync') as fsync, current_setting('synchronous_commit') as durable,
                current_setting('listen_addresses') as addresses, datlocprovider::text || ' ' || datlocale as locale
           from pg_database where datname = current_database()`,
      );
      expect(row).toEqual({
        checksums: 'on',
        encoding: 'UTF8',
        fsync: 'on',
        durable: 'on',
        addresses: '',
        locale: 'b C.UTF-8',
      });
      expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700);
    } finally {
      await server.stop();
    }
  });

  it('tells when the server ends without being asked to, and starts again over the same rows', async () => {
    const dataDir = join(folder, 'lost');
    const embedded = await startEmbedded({ dataDir });
    process.kill(await postmasterPid(embedded.dataDir), 'SIGKILL');
    await embedded.ended;
    await embedded.stop();
    const again = await startEmbedded({ dataDir });
    expect(again.dataDir).toBe(embedded.dataDir);
    await again.stop();
  });

  it('refuses a second start over the same folder, naming the first, under whatever name the folder is given', async () => {
    const dataDir = join(folder, 'taken');
    const first = await launch(dataDir);
    const names = new RegExp(`in use by process ${first.app.pid}, started 2\\d{3}-.+ in .+: stop that one first`);
    await expect(launch(dataDir)).rejects.toThrow(names);
    await symlink(folder, join(folder, 'by_link'));
    await expect(launch(join(folder, 'by_link', 'taken'))).rejects.toThrow(names);
    expect(await query(first.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await end(first.app, 'SIGTERM');
  });

  it('is found by another process while it runs, and only then', async () => {
    const dataDir = join(folder, 'found');
    expect(await findEmbedded(dataDir)).toBeUndefined();
    const { app } = await launch(dataDir);
    const found = await findEmbedded(dataDir);
    if (!found) throw new Error('it was not found');
    const database = openDatabase(found.connection);
    await database.ping();
    await database.close();
    await end(app, 'SIGTERM');
    expect(await findEmbedded(dataDir)).toBeUndefined();
  });

  it('lets exactly one of several simultaneous first starts have the folder', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 3 }, () => launch(join(folder, 'contested'))));
    const winners = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(winners).toHaveLength(1);
    for (const { app } of winners) await end(app, 'SIGTERM');
  });

  it('ends a server that was left over without its watchdog, and starts anew', async () => {
    const dataDir = join(folder, 'left_over');
    const first = await launch(dataDir);
    const postmaster = await postmasterPid(dataDir);
    await killWatchdogOf(postmaster, first.app.pid ?? 0);
    await end(first.app, 'SIGKILL');
    expect(isAlive(postmaster)).toBe(true);
    const second = await launch(dataDir);
    await until(() => !isAlive(postmaster));
    expect(await postmasterPid(dataDir)).not.toBe(postmaster);
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await end(second.app, 'SIGTERM');
  });

  it('signals no process that merely got the pid of a server that died', async () => {
    const dataDir = join(folder, 'recycled');
    const first = await launch(dataDir);
    const file = join(dataDir, 'postmaster.pid');
    const pidFile = await readFile(file, 'utf8');
    await end(first.app, 'SIGTERM');
    const account = await stat(dataDir);
    // The account of the server itself: PostgreSQL alone would take this process for its predecessor and refuse to start.
    const bystander = spawn('sleep', ['600'], {
      stdio: 'ignore',
      ...(process.getuid?.() === 0 && { uid: account.uid, gid: account.gid }),
    });
    children.add(bystander);
    await writeFile(file, pidFile.replace(/^\d+/, String(bystander.pid)));
    const second = await launch(dataDir);
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    await end(second.app, 'SIGTERM');
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });

  it('puts the socket of a long path into a private temporary folder and removes it afterwards, by kill -9 too', async () => {
    const parent = join(folder, 'a'.repeat(60), 'b'.repeat(60));
    await mkdir(parent, { recursive: true });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { app, url, dataDir } = await launch(join(parent, 'data'));
      expect(Buffer.byteLength(dataDir)).toBeGreaterThan(107);
      const socketFolder = new URL(url).searchParams.get('host') ?? '';
      expect(socketFolder.startsWith(dataDir)).toBe(false);
      expect((await stat(socketFolder)).mode & 0o777).toBe(0o700);
      expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
      await end(app, signal);
      await until(() => !existsSync(socketFolder));
    }
  });

  it('says in its log what happened to the server, and nothing of what was stored', async () => {
    const server = await startEmbedded({ dataDir: join(folder, 'quiet') });
    await query(server.url, 'create table secrets (value text primary key)');
    await query(server.url, `insert into secrets values ('hunter2')`);
    await expect(query(server.url, `insert into secrets values ('hunter2')`)).rejects.toThrow('duplicate key');
    await server.stop();
    const log = await readFile(`${server.dataDir}.log`, 'utf8');
    expect(log).toContain('database system is shut down');
    expect(log).not.toContain('hunter2');
    expect(log).not.toContain('secrets');
  });
});

/** The watchdog is the app's other child: the one that is not the server. */
async function killWatchdogOf(postmaster: number, app: number): Promise<void> {
  const ps = spawn('ps', ['-eo', 'pid=,ppid=,args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  let list = '';
  ps.stdout.on('data', (chunk: Buffer) => (list += chunk.toString()));
  await once(ps, 'close');
  const rows = list.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const watchdog = rows.find(([pid, parent]) => parent === app && pid !== postmaster)?.[0];
  if (!watchdog) throw new Error('there is no watchdog to kill');
  process.kill(watchdog, 'SIGKILL');
  await until(() => !isAlive(watchdog));
}
