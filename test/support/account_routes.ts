import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { openApp } from '../../src/app/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { testDatabase } from './database.ts';

/** What is mounted under /account: the patterns of its pages and of its forms. */
export interface AccountRoutes {
  pages: string[];
  forms: string[];
}

/** Asks the shipped configuration, put together as the product does, so that no page and no form can be forgotten. */
export async function accountRoutes(): Promise<AccountRoutes> {
  const root = new URL('../../', import.meta.url).pathname;
  const config = await loadConfig({}, root);
  if (!config.ok) throw new Error('the shipped configuration has mistakes');
  const { database, drop } = await testDatabase();
  const app = await openApp({
    settings: config.settings,
    secrets: { encryption_key: [randomBytes(32)], subject_salt: randomBytes(32) },
    configHash: '',
    database,
    logger: pino({ level: 'silent' }),
  });
  const routes = app.web.router.stack.filter(({ path }) => typeof path === 'string' && /^\/account(?:\/|$)/.test(path));
  const by = (method: string) =>
    routes.filter(({ methods }) => methods.includes(method)).map(({ path }) => String(path));
  await app.close();
  await drop();
  return { pages: by('GET'), forms: by('POST') };
}
