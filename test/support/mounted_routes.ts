import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { openApp } from '../../src/app/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { Database } from '../../src/database/index.ts';

/** A method and the pattern of a path, as the router has it. */
export interface MountedRoute {
  method: string;
  path: string;
}

/** What the router serves with the shipped configuration, put together as the product does: nothing can be forgotten. */
export async function mountedRoutes(database: Database): Promise<MountedRoute[]> {
  const config = await loadConfig({}, new URL('../../', import.meta.url).pathname);
  if (!config.ok) throw new Error('the shipped configuration has mistakes');
  const app = await openApp({
    settings: config.settings,
    secrets: { encryption_key: [randomBytes(32)], subject_salt: randomBytes(32) },
    config: () => ({ hash: '' }),
    database,
    logger: pino({ level: 'silent' }),
  });
  const routes = app.web.router.stack.flatMap(({ path, methods }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => ({ method, path: String(path) })),
  );
  await app.close();
  return routes;
}
