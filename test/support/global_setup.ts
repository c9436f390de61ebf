import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knexFactory, { type Knex } from 'knex';
import { migrate, openDatabase, startEmbedded } from '../../src/database/index.ts';
import { withDatabase } from './database.ts';
import { atTheEnd } from './global_teardown.ts';

/** One server for the whole run, with a migrated template from which every test file copies its own database. */
export default async function globalSetup(): Promise<void> {
  await openRunFolder();
  const url = process.env['TEST_DATABASE_URL'] ?? (await startTemporaryServer());
  process.env['GATEHOUSE_TEST_SERVER'] = url;
  const name = `template_${randomBytes(6).toString('hex')}`;
  process.env['GATEHOUSE_TEST_TEMPLATE'] = name;
  const admin = adminOf(url);
  await admin.raw('create database ??', [name]);
  atTheEnd(async () => {
    await admin.raw('drop database ?? with (force)', [name]);
    await admin.destroy();
  });
  const database = openDatabase({ url: withDatabase(url, name) });
  await migrate(database);
  await database.close();
}

/** A folder for what the servers of the run share: what they compile, and the processes that serve one after the other. */
async function openRunFolder(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-run-'));
  process.env['GATEHOUSE_TEST_RUN'] = folder;
  atTheEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
}

/** The embedded server in a temporary folder, which is gone after the run. */
async function startTemporaryServer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  await chmod(folder, 0o711); // as root the server runs as another account, which has to get through
  const server = await startEmbedded({
    dataDir: join(folder, 'postgres'),
    progress: (message) => process.stderr.write(`${message}\n`),
  });
  atTheEnd(async () => {
    await server.stop();
    for (const each of [folder, server.dataDir]) await rm(each, { recursive: true, force: true });
  });
  await beCareless(server.url);
  return server.url;
}

/** Nothing in this server has to outlive a power cut; the server that the drill kills is another. */
async function beCareless(url: string): Promise<void> {
  const admin = adminOf(url);
  await admin.raw('alter system set fsync = off');
  await admin.raw('alter system set full_page_writes = off');
  await admin.raw('alter system set synchronous_commit = off');
  await admin.raw('select pg_reload_conf()');
  await admin.destroy();
}

function adminOf(url: string): Knex {
  return knexFactory({ client: 'pg', connection: withDatabase(url, 'postgres'), pool: { min: 0, max: 1 } });
}
