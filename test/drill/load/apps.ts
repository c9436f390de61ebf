import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** An app of the load, as it is registered. */
export interface LoadApp {
  id: string;
  secret: string;
  redirectUri: string;
  firstParty: boolean;
  scope: string;
}

/** The relying party of the load: where browsers come back to, whose codes and tokens the drill itself keeps. */
export interface LoadApps {
  apps: readonly LoadApp[];
  /** As they stand under `clients:`. */
  registered: Record<string, unknown>[];
  stop(): void;
}

/** One of our own, two of others, and one of those that works on when the person has left. */
const KINDS = [
  { id: 'desk', firstParty: true, scope: 'openid email' },
  { id: 'wiki', firstParty: false, scope: 'openid email' },
  { id: 'shop', firstParty: false, scope: 'openid profile email' },
  { id: 'sync', firstParty: false, scope: 'openid offline_access' },
];

/** Starts it on another host than the issuer: cookies ignore ports. */
export async function startLoadApps(): Promise<LoadApps> {
  const server = createServer((_request, response) => response.end('back at the app')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // it listens on TCP
  const apps = KINDS.map((kind) => ({
    ...kind,
    secret: randomBytes(24).toString('base64url'),
    redirectUri: `http://127.0.0.1:${port}/${kind.id}`,
  }));
  return {
    apps,
    registered: apps.map(({ id, secret, redirectUri, firstParty }) => ({
      client_id: id,
      name: `The ${id}`,
      type: 'web',
      client_secret: secret,
      redirect_uris: [redirectUri],
      first_party: firstParty,
    })),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** How an app proves itself (RFC 6749 2.3.1). */
export function credentialsOf({ id, secret }: LoadApp): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** An authorization request, and the verifier that its code needs. */
export function requestOf(
  issuer: string,
  { id, redirectUri, scope }: LoadApp,
  extra: Record<string, string> = {},
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state: 'kept',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // Without being asked nobody lets an app work on when they have left (OIDC Core 11).
    ...(scope.includes('offline_access') && { prompt: 'consent' }),
    ...extra,
  });
  return { url: `${issuer}/oidc/authorize?${query.toString()}`, verifier };
}
