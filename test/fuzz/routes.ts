import { migrate, openDatabase } from '../../src/database/index.ts';
import { servedPaths } from '../../src/oidc/features/index.ts';
import { protocolSettings } from '../../src/oidc/index.ts';
import { logoutConfirmation, routes } from '../../src/oidc/routes.ts';
import { withDatabase } from '../support/database.ts';
import { mountedRoutes, type MountedRoute } from '../support/mounted_routes.ts';

/** What is not on the router: files, operations, and what the protocol engine serves, which takes forms at most of its paths. */
const BESIDE_THE_ROUTER: MountedRoute[] = [
  ...servedPaths(protocolSettings.parse({})).flatMap((path) => [
    { method: 'GET', path },
    { method: 'POST', path },
  ]),
  { method: 'GET', path: `${routes.authorization}/:uid` },
  { method: 'POST', path: logoutConfirmation },
  { method: 'GET', path: '/health/live' },
  { method: 'GET', path: '/health/ready' },
  { method: 'GET', path: '/metrics' },
  { method: 'GET', path: '/assets/:file' },
  { method: 'GET', path: '/:nothing' },
];

/** Every route that there is, each once. Asks an app of its own, over a database of its own on the same server. */
export async function allRoutes(serverUrl: string): Promise<MountedRoute[]> {
  const server = openDatabase({ url: serverUrl }, { poolSize: 1 });
  await server.knex.raw('create database routes');
  await server.close();
  const database = openDatabase({ url: withDatabase(serverUrl, 'routes') }, { poolSize: 2 });
  await migrate(database);
  const all = [...(await mountedRoutes(database)), ...BESIDE_THE_ROUTER];
  await database.close();
  const known = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));
  return [...known.values()];
}

/** Whether a request for this path ends at the route. */
export function reaches(path: string, { path: pattern }: Pick<MountedRoute, 'path'>): boolean {
  const [own, asked] = [pattern.split('/'), path.split('/')];
  return own.length === asked.length && own.every((part, at) => part.startsWith(':') || part === asked[at]);
}
