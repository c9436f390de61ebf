// The other side of yardstick.ts: the library over a Map, and node:http alone. Ends with its parent.
import { createServer } from 'node:http';
import { Provider, type Configuration } from 'oidc-provider';
import { generateKeyPair, exportJWK } from 'jose';
import { mapAdapter } from './map_adapter.ts';
import type { YardstickClients } from './yardstick.ts';

const [port = '', callback = '', given = '{}'] = process.argv.slice(2);
const { app, service } = JSON.parse(given) as YardstickClients; // its parent's own
const issuer = `http://localhost:${port}`;
/** Of both kinds, as ours has them. */
const keys = ['RS256', 'ES256'].map(async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `bench ${alg}` };
});

/** What ours offers by its defaults, and rotates and redeems as ours does; no policy of our own. */
const configuration: Configuration = {
  adapter: mapAdapter(),
  jwks: { keys: await Promise.all(keys) },
  responseTypes: ['code'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  clients: [
    {
      ...app,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    {
      ...service,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  cookies: { keys: ['the-key-of-the-bench'] },
  findAccount: () => ({ accountId: 'ada', claims: () => ({ sub: 'ada' }) }),
  rotateRefreshToken: true,
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: (_ctx, token) => !token.scopes.has('offline_access'),
  interactions: { url: (_ctx, { uid }) => `/agree/${uid}` },
  routes: {
    authorization: '/oidc/authorize',
    token: '/oidc/token',
    userinfo: '/oidc/userinfo',
    jwks: '/oidc/jwks',
    introspection: '/oidc/introspect',
  },
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    ClientCredentials: 3600,
    Grant: 86_400,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 86_400,
    Session: 86_400,
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    deviceFlow: { enabled: true },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    userinfo: { enabled: true },
  },
};

const provider = new Provider(issuer, configuration);
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/agree/')) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === 'login')
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'ada', remember: true } });
  const grant = new provider.Grant({
    accountId: session?.accountId ?? 'ada',
    clientId: String(params['client_id']),
  });
  grant.addOIDCScope('openid');
  return provider.interactionFinished(
    ctx.req,
    ctx.res,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
});
const library = provider.callback();
const document = Buffer.from(JSON.stringify({ issuer, padding: 'x'.repeat(3500) }));

createServer((request, response) => {
  if (request.url !== '/bare') return void library(request, response);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Content-Length', document.length);
  response.end(document);
}).listen(Number(port), () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
