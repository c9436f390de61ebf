import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/index.ts';
import { openRing } from '../../src/keys/ring.ts';
import { createSealer } from '../../src/keys/sealer.ts';
import { CLIENT_SECRET } from '../support/world.ts';
import { startBenchWorld, SERVICE, type BenchDatabase, type BenchWorld } from './bench_world.ts';
import type { TargetData } from './generator.ts';
import { authorizeUrl, ownEndpoints, redeem, type Target } from './hot/operations.ts';
import { plainHttpAnywhere } from './plain_http.ts';
import type { Progress } from './progress.ts';
import { seedRows, type Pattern } from './seed.ts';
import { openLogin } from './visitor.ts';

/** A server over a database that is as full as one that has been in use. */
export interface Stage {
  world: BenchWorld;
  /** How many rows its tables have at least. */
  rows: number;
  /** As it is aimed at: with keys to all rows. */
  target: TargetData;
}

/** The apps of all benches. */
export const APP = { client_id: 'app', client_secret: CLIENT_SECRET };

/** Opens a server over an empty database, lets one person sign in, and lays in as many more as wished. */
export async function openStage(
  { rows, database, preload = [] }: { rows: number; database: BenchDatabase; preload?: string[] },
  progress: Progress,
): Promise<Stage> {
  const world = await startBenchWorld({ database, preload: ['statement_count.mjs', ...preload] });
  try {
    return { world, rows, target: await seededTarget(world, rows, progress) };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** Lays so many rows in beside the one person of a world, and gives the keys to them. */
export async function seededTarget(
  world: Pick<BenchWorld, 'app' | 'email' | 'gatehouse' | 'databaseUrl'>,
  rows: number,
  progress: Progress,
): Promise<TargetData> {
  const target = await ownTarget(world);
  await seedRows(world.databaseUrl, await makePattern(world, target), rows, progress);
  return { ...target, cookie: '', seeds: { rows, cookieKey: await cookieKeyOf(world) } };
}

/** Our server as a target, with the session of somebody who has just signed in. */
export async function ownTarget(world: Pick<BenchWorld, 'app' | 'email' | 'gatehouse'>): Promise<TargetData> {
  const visitor = await openLogin(world);
  if (!(await visitor.signIn())) throw new Error('nobody could sign in');
  return {
    endpoints: ownEndpoints(world.gatehouse.issuer),
    callback: `${world.app.url}/callback`,
    app: APP,
    service: SERVICE,
    cookie: `Cookie: ${visitor.cookies()}`,
  };
}

/** Does by hand, and once, what is then in the tables of everybody. */
async function makePattern(world: Pick<BenchWorld, 'email'>, data: TargetData): Promise<Pattern> {
  const target: Target = { ...data, http: plainHttpAnywhere() };
  const { location } = await target.http('GET', authorizeUrl(target), [target.cookie]);
  const given = await redeem(target, location);
  const body = new URLSearchParams({ ...SERVICE, grant_type: 'client_credentials' }).toString();
  const form = ['Content-Type: application/x-www-form-urlencoded'];
  const service = await target.http('POST', target.endpoints.token, form, body);
  return {
    address: world.email,
    session: /gatehouse_session=([^;]+)/.exec(target.cookie)?.[1] ?? '',
    code: URL.parse(location)?.searchParams.get('code') ?? '',
    accessToken: String(given['access_token']),
    refreshToken: String(given['refresh_token']),
    // A token answer is a JSON object.
    clientCredentials: (JSON.parse(service.text) as { access_token: string }).access_token,
  };
}

/** With what the server signs its cookies, opened as it opens it itself. */
async function cookieKeyOf({ gatehouse, databaseUrl }: Pick<BenchWorld, 'gatehouse' | 'databaseUrl'>): Promise<string> {
  const key = await readFile(join(gatehouse.dataDir, 'keys', 'encryption_key'), 'utf8');
  const database = openDatabase({ url: databaseUrl });
  try {
    const ring = await openRing(database.knex, createSealer([Buffer.from(key.trim(), 'base64')]));
    return ring.cookie[0] ?? '';
  } finally {
    await database.close();
  }
}
