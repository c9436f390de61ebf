import type { Kit } from './kit.ts';

/** A program on a server or on a person's own machine. Run as it is, it signs somebody in. */
export const openidClient: Kit = {
  id: 'openid-client',
  name: 'openid-client (Node.js)',
  file: 'app.mjs',
  quoting: 'json',
  comment: '//',
  types: ['web', 'native', 'mcp'],
  auth: { client_secret_basic: 'ClientSecretBasic', client_secret_post: 'ClientSecretPost', none: 'None' },
  followsDiscovery: true,
  notes: ['npm install openid-client, then open /login of this app.'],
  text: `import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import * as oidc from 'openid-client';

const redirectUri = new URL(«redirect_uri»);
const config = await oidc.discovery(
  new URL(«issuer»),
  «client_id»,
  undefined,
  oidc.ClientSecretBasic(process.env[«secret_variable»]), «?basic»
  oidc.ClientSecretPost(process.env[«secret_variable»]), «?post»
  oidc.None(), «?public»
  { execute: [oidc.enableNonRepudiationChecks] }, «!insecure»
  { execute: [oidc.enableNonRepudiationChecks, oidc.allowInsecureRequests] }, «?insecure»
);
const trips = new Map(); // in your app: the session of the browser

async function login(response) {
  const id = randomUUID();
  const trip = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  trips.set(id, trip);
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri.href,
    scope: «scope»,
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
    code_challenge_method: 'S256',
  });
  response.writeHead(303, { location: url.href, 'set-cookie': \`trip=\${id}; HttpOnly; SameSite=Lax; Path=/\` }).end();
}

async function callback(request, response) {
  const id = /(?:^|; )trip=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const trip = trips.get(id);
  if (!trip) throw new Error('this sign-in did not begin in this browser');
  trips.delete(id);
  const answer = new URL(redirectUri);
  answer.search = new URL(request.url, redirectUri).search;
  const tokens = await oidc.authorizationCodeGrant(config, answer, {
    expectedState: trip.state,
    expectedNonce: trip.nonce,
    pkceCodeVerifier: trip.verifier,
    idTokenExpected: true,
  });
  const { sub } = tokens.claims(); // the person, for ever: never the address
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub);
  const signOut = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: «post_logout_redirect_uri» });
  const signOut = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }); «!post_logout_redirect_uri»
  const page = JSON.stringify({ sub, userinfo, sign_out: signOut.href });
  response.writeHead(200, { 'content-type': 'application/json' }).end(page);
}

createServer((request, response) => {
  const { pathname } = new URL(request.url, redirectUri);
  const answer = pathname === redirectUri.pathname ? callback(request, response) : login(response);
  answer.catch((error) => response.writeHead(400).end(error.error_description ?? error.message));
}).listen(process.env.PORT ?? redirectUri.port, redirectUri.hostname.replace(/[[\\]]/g, '')); «?loopback»
}).listen(process.env.PORT ?? 8080); // behind the server that answers at the redirect URI «!loopback»
`,
};
