import { testDatabase } from './database.ts';
import { mountedRoutes, type MountedRoute } from './mounted_routes.ts';

/** Pages and forms behind mailed links. */
export const LANDINGS = [
  '/account/identities/undo',
  '/account/address/confirm',
  '/account/address/undo',
  '/account/deletion/undo',
];

/** What shows no account: the end of a sign-in, pages behind mailed links, and what somebody sees who was just signed out. */
const NOT_OF_AN_ACCOUNT = new Set(['/account/return', '/account/activity/secured', ...LANDINGS]);

/** What is mounted under /account: the patterns of the pages that show an account, and of all forms. */
export interface AccountRoutes {
  pages: string[];
  forms: string[];
}

/** Asks the router, so that no page and no form can be forgotten. */
export async function accountRoutes(): Promise<AccountRoutes> {
  const { database, drop } = await testDatabase();
  const routes = await mountedRoutes(database);
  await drop();
  return accountRoutesOf(routes);
}

/** Those among all that are mounted. */
export function accountRoutesOf(routes: readonly MountedRoute[]): AccountRoutes {
  const by = (wanted: string) =>
    routes.filter(({ method, path }) => method === wanted && /^\/account(?:\/|$)/.test(path)).map(({ path }) => path);
  return { pages: by('GET').filter((path) => !NOT_OF_AN_ACCOUNT.has(path)), forms: by('POST') };
}
