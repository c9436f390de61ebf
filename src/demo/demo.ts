import type { Logger } from '../kit/logger.ts';
import type { Web } from '../web/index.ts';
import { createApi } from './api.ts';
import { createPages } from './pages.ts';
import { answering } from './problems.ts';
import { createRelyingParty } from './relying_party.ts';
import { createSessions } from './sessions.ts';

/** What the room needs. */
export interface DemoDeps {
  web: Web;
  issuer: string;
  client: { id: string; secret: string };
  /** The resource indicator of the demo API (RFC 8707). */
  api: { id: string };
  /** HTTP to our own issuer, and to nothing else. */
  loopback: { fetch: typeof fetch };
  logger: Logger;
}

/** What the room offers. */
export interface Demo {
  /** The reserved client to register. */
  clients: ReturnType<typeof demoClient>[];
  /** The API whose access tokens are JWTs. */
  resources: { id: string; scopes: string[] }[];
  /** Adds the routes to the router. */
  mount(): void;
}

/** The scope that the demo API wants. */
const SCOPE = 'read';

/** Puts the demo app together. Asks the issuer for nothing before a person signs in. */
export function createDemo(deps: DemoDeps): Demo {
  const { web, issuer, client, api, loopback, logger } = deps;
  const fetch = answering(loopback.fetch);
  const relyingParty = createRelyingParty({ issuer, client, resource: api.id, scope: SCOPE, fetch });
  const callApi = createApi({
    issuer,
    audience: api.id,
    scope: SCOPE,
    jwksUri: relyingParty.jwksUri,
    fetch,
  });
  const pages = createPages({
    web,
    issuer,
    relyingParty,
    sessions: createSessions(web),
    fetch,
    logger,
  });
  return {
    clients: [demoClient(issuer, client)],
    resources: [{ id: api.id, scopes: [SCOPE] }],
    mount() {
      const { router } = web;
      router.get('/demo', pages.home);
      router.post('/demo/sign-in', (ctx) => pages.begin(ctx, {}));
      router.post('/demo/sign-up', (ctx) => pages.begin(ctx, { prompt: 'create' }));
      router.get('/demo/callback', pages.callback);
      router.post('/demo/refresh', pages.refresh);
      router.post('/demo/call-api', pages.callApi);
      router.post('/demo/sign-out', pages.signOut);
      router.get('/demo/api', callApi);
    },
  };
}

function demoClient(issuer: string, { id, secret }: DemoDeps['client']) {
  return {
    client_id: id,
    client_secret: secret,
    name: 'Demo app',
    type: 'web' as const,
    client_uri: `${issuer}/demo`,
    redirect_uris: [`${issuer}/demo/callback`],
    post_logout_redirect_uris: [`${issuer}/demo`],
    grant_types: ['authorization_code', 'refresh_token'],
  };
}
