import { testDatabase } from './database.ts';
import { mountedRoutes } from './mounted_routes.ts';

/** What is mounted under /account: the patterns of its pages and of its forms. */
export interface AccountRoutes {
  pages: string[];
  forms: string[];
}

/** Asks the router, so that no page and no form can be forgotten. */
export async function accountRoutes(): Promise<AccountRoutes> {
  const { database, drop } = await testDatabase();
  const routes = (await mountedRoutes(database)).filter(({ path }) => /^\/account(?:\/|$)/.test(path));
  await drop();
  const by = (wanted: string) => routes.filter(({ method }) => method === wanted).map(({ path }) => path);
  return { pages: by('GET'), forms: by('POST') };
}
