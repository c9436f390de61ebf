/**
 * A web app whose people sign in with OpenID Connect: authorization code with PKCE, state and nonce, by discovery alone. The
 * browser gets a session cookie and nothing else; tokens stay in this process.
 */
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';
import { readLogoutToken } from './logout_token.js';
import { page, userPage } from './pages.js';
import { openVisitors } from './visitors.js';

const {
  ISSUER,
  CLIENT_ID,
  CLIENT_SECRET,
  PORT = '8080',
  SESSION_SECRET = randomBytes(32).toString('hex'),
} = process.env;
const home = process.env.BASE_URL ?? `http://127.0.0.1:${PORT}`;

const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.ClientSecretBasic(CLIENT_SECRET), {
  // Plain http is for development on one machine.
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
});

const visitors = openVisitors(config);
const app = express();
app.disable('x-powered-by');
app.use((_req, res, next) => {
  res.set({
    'content-security-policy': `default-src 'none'; form-action 'self' ${new URL(ISSUER).origin}; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  next();
});

// It comes from the issuer and not from a browser: there is no session. It says which one is over.
app.post('/backchannel-logout', express.urlencoded({ extended: false }), async (req, res) => {
  const ended = await readLogoutToken(req.body?.logout_token, config);
  if (!ended) return res.status(400).json({ error: 'invalid_request' });
  visitors.endNamed(ended);
  res.sendStatus(200);
});

app.use(
  session({
    name: 'session',
    secret: SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    // Lax: another site can link here, and its forms come without the cookie, so that POSTs below need no CSRF token.
    cookie: { httpOnly: true, sameSite: 'lax', secure: home.startsWith('https:') },
  }),
);

app.get('/', (req, res) => {
  res.send(visitors.find(req.sessionID) ? page('<a href="/me">Your page</a>') : page('<a href="/login">Sign in</a>'));
});

app.get('/login', async (req, res) => {
  const trip = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  req.session.trip = trip;
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${home}/callback`,
    scope: 'openid profile email',
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
    code_challenge_method: 'S256',
  });
  res.redirect(303, url.href);
});

app.get('/callback', async (req, res) => {
  const { trip } = req.session;
  if (!trip) return res.redirect(303, '/');
  delete req.session.trip;
  const tokens = await oidc.authorizationCodeGrant(config, new URL(req.originalUrl, home), {
    expectedState: trip.state,
    expectedNonce: trip.nonce,
    pkceCodeVerifier: trip.verifier,
    idTokenExpected: true,
  });
  // A new session id: one that somebody planted here before must not be signed in now.
  visitors.end(req.sessionID);
  await new Promise((resolve, reject) => req.session.regenerate((error) => (error ? reject(error) : resolve())));
  // A session with nothing in it is not kept.
  req.session.since = Date.now();
  visitors.begin(req.sessionID, tokens);
  res.redirect(303, '/me');
});

app.get('/me', async (req, res) => {
  const visitor = visitors.find(req.sessionID);
  if (!visitor) return res.redirect(303, '/');
  if (visitor.expiresAt < Date.now()) await visitors.renew(visitor);
  const userinfo = await oidc.fetchUserInfo(config, visitor.accessToken, visitor.claims.sub);
  res.send(userPage(userinfo, visitor));
});

app.post('/refresh', async (req, res) => {
  const visitor = visitors.find(req.sessionID);
  if (visitor) await visitors.renew(visitor);
  res.redirect(303, '/me');
});

app.post('/logout', async (req, res) => {
  const visitor = visitors.find(req.sessionID);
  visitors.end(req.sessionID);
  await new Promise((resolve) => req.session.destroy(resolve));
  if (!visitor) return res.redirect(303, '/');
  // The session at the issuer ends, too; with the ID token it need not ask whose.
  const url = oidc.buildEndSessionUrl(config, {
    id_token_hint: visitor.idToken,
    post_logout_redirect_uri: `${home}/`,
  });
  res.redirect(303, url.href);
});

// Express knows an error handler by its four arguments.
app.use((error, req, res, _next) => {
  // The issuer takes the tokens no longer: the sign-in is over here, too.
  if (error.error === 'invalid_grant' || error instanceof oidc.WWWAuthenticateChallengeError)
    visitors.end(req.sessionID);
  console.error(error.code ?? error.name, error.error ?? error.message);
  res.status(400).send(page('<p>That did not work.</p><a href="/login">Sign in again</a>'));
});

app.listen(Number(PORT), '127.0.0.1', (error) => {
  // Express tells here, too, that it cannot listen: the port may be taken.
  if (error) throw error;
  console.log(`Open ${home}`);
});
