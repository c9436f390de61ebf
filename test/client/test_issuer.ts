import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import type Koa from 'koa';

import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider';
import { memoryAdapter } from './memory_adapter.ts';

/** An issuer without pages, to try relying parties on: everybody is Alice, who agrees unless told otherwise. */
export interface TestProvider {
  provider: Provider;
  /** Its private key, `kid` test, to forge tokens with. */
  signingKey: CryptoKey;
  /** Alice ends her next sign-ins with access_denied, or agrees again. */
  refuse(refuses: boolean): void;
  /** Loses every session, grant and token. */
  forget(): void;
}

export interface TestIssuer extends TestProvider {
  url: string;
  stop(): Promise<void>;
}

export interface TestIssuerOptions {
  url: string;
  clients: ClientMetadata[];
  /** An API whose access tokens are JWTs of scope `read`. */
  resource?: string;
}

const ALICE = { sub: 'alice', name: 'Alice', email: 'alice@example.com', email_verified: true };

/** The provider alone, for whoever has a server of their own. */
export async function testProvider({ url, clients, resource }: TestIssuerOptions): Promise<TestProvider> {
  const alice = { refuses: false };
  const { adapter, forget } = memoryAdapter();
  const key = await generateKeyPair('RS256', { extractable: true });
  const configuration: Configuration = {
    adapter,
    clients,
    jwks: { keys: [{ ...(await exportJWK(key.privateKey)), alg: 'RS256', use: 'sig', kid: 'test' }] },
    cookies: { keys: ['test-cookie-key'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    scopes: ['openid', 'email', 'profile'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    findAccount: () => ({ accountId: 'alice', claims: () => ALICE }),
    interactions: { url: (_ctx, interaction) => `/test-interaction/${interaction.uid}` },
    routes: ROUTES,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = `<main data-page="logout">${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button></main>`;
        },
      },
      resourceIndicators: {
        enabled: resource !== undefined,
        defaultResource: () => [],
        getResourceServerInfo: () => ({
          scope: 'read',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
        }),
      },
    },
  };
  const provider = new Provider(url, configuration);
  provider.use((ctx, next) => agree(provider, alice, ctx, next));
  return { provider, forget, signingKey: key.privateKey, refuse: (refuses) => void (alice.refuses = refuses) };
}

const ROUTES = {
  authorization: '/oidc/authorize',
  token: '/oidc/token',
  userinfo: '/oidc/userinfo',
  jwks: '/oidc/jwks',
  end_session: '/oidc/logout',
};

/** The test issuer on a port of its own, `localhost` unless the URL says otherwise. */
export async function startTestIssuer(options: TestIssuerOptions): Promise<TestIssuer> {
  const made = await testProvider(options);
  const server = createServer((request, response) => void made.provider.callback()(request, response));
  await new Promise<void>((resolve) => server.listen(Number(new URL(options.url).port), resolve));
  return { ...made, url: options.url, stop: () => stopServer(server) };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await stopServer(server);
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Stops a server, open connections included. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function agree(provider: Provider, alice: { refuses: boolean }, ctx: Koa.Context, next: Koa.Next): Promise<void> {
  if (!ctx.path.startsWith('/test-interaction/')) return next();
  const { prompt, params, grantId, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (alice.refuses)
    return provider.interactionFinished(ctx.req, ctx.res, {
      error: 'access_denied',
      error_description: 'Alice said no',
    });
  if (prompt.name === 'login') return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'alice' } });
  const grant =
    (grantId ? await provider.Grant.find(grantId) : undefined) ??
    new provider.Grant({ accountId: session?.accountId ?? 'alice', clientId: String(params['client_id']) });
  grant.addOIDCScope('openid email profile');
  if (typeof params['resource'] === 'string') grant.addResourceScope(params['resource'], 'read');
  return provider.interactionFinished(
    ctx.req,
    ctx.res,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}
