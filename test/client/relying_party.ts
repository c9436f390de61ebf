/**
 * An independent relying party for the tests: a process of its own that shares no code with the product. It knows the issuer
 * only through ISSUER, CLIENT_ID and CLIENT_SECRET (absent: a public client), listens on HOST:PORT, and prints
 * `{"url": "..."}` when it does.
 *
 *   /            a page with a "Sign in" link       /me        what it learned, as JSON
 *   /login       begins; the query goes along       /refresh   new tokens; the query goes along
 *   /callback    the redirect URI                   /logout    ends the session here and at the issuer
 *   /callback-url  POST { url }: for a native app   /loggedout where sign-out comes back
 *   /secrets     every bearer value it ever held, so that tests can look for them where they must not be
 *
 * `/login?redirect_uri=...` uses another registered redirect URI (loopback, custom scheme).
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { html, json, redirect, urlIn } from './http.ts';
import { createProtocol, describeFailure, type SignIn, type Trip } from './protocol.ts';

interface Visitor {
  id: string;
  signIn?: SignIn;
  logoutState?: string;
}

const { ISSUER = '', CLIENT_ID = '', CLIENT_SECRET, HOST = '127.0.0.1', PORT = '0' } = process.env;
const protocol = createProtocol({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
const host = HOST.replaceAll(/[[\]]/g, '');
const visitors = new Map<string, Visitor>();
const trips = new Map<string, Trip & { visitor: Visitor }>();
const secrets = new Set<string>();
let base = '';

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => json(response, 400, describeFailure(error)));
});

server.listen(Number(PORT), host, () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  base = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  process.stdout.write(`${JSON.stringify({ url: base })}\n`);
});

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', base);
  // A browser asks for it when it likes, perhaps without cookies: whoever is signing in would become another visitor.
  if (url.pathname === '/favicon.ico') return json(response, 404, { error: 'not_found' });
  const visitor = visitorOf(request, response);
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return html(response, '<main data-page="relying-party"><h1>An app</h1><a href="/login">Sign in</a></main>');
    case 'GET /login':
      return login(response, url, visitor);
    case 'GET /callback':
      return callback(response, url, visitor);
    case 'POST /callback-url':
      return json(response, 200, shown(await signInFrom(new URL(await urlIn(request)))));
    case 'GET /me':
      return visitor.signIn ? json(response, 200, shown(visitor.signIn)) : json(response, 401, { error: 'signed_out' });
    case 'GET /refresh':
      return refresh(response, url, visitor);
    case 'GET /logout':
      return logout(response, visitor);
    case 'GET /loggedout':
      return loggedOut(response, url, visitor);
    case 'GET /secrets':
      return json(response, 200, { secrets: [...secrets] });
    default:
      return json(response, 404, { error: 'not_found' });
  }
}

async function login(response: ServerResponse, url: URL, visitor: Visitor): Promise<void> {
  const { redirect_uri: redirectUri = `${base}/callback`, ...extra } = Object.fromEntries(url.searchParams);
  const trip = await protocol.begin(redirectUri, extra);
  trips.set(trip.trip.state, { ...trip.trip, visitor });
  remember(trip.trip.verifier);
  redirect(response, trip.url.href);
}

async function callback(response: ServerResponse, url: URL, visitor: Visitor): Promise<void> {
  const trip = trips.get(url.searchParams.get('state') ?? '');
  if (trip && trip.visitor !== visitor) throw new Error('the state belongs to another browser');
  await signInFrom(url);
  redirect(response, '/me');
}

/** A trip is taken once, whatever comes of it. The redirect URI is the one that was sent, not the one this arrived at. */
async function signInFrom(url: URL): Promise<SignIn> {
  const state = url.searchParams.get('state') ?? '';
  const trip = trips.get(state);
  if (!trip) throw new Error('unknown state');
  trips.delete(state);
  remember(url.searchParams.get('code'));
  const arrived = new URL(trip.redirectUri);
  arrived.search = url.search;
  trip.visitor.signIn = await protocol.finish(arrived, trip);
  rememberTokens(trip.visitor.signIn);
  return trip.visitor.signIn;
}

async function refresh(response: ServerResponse, url: URL, visitor: Visitor): Promise<void> {
  if (!visitor.signIn) return json(response, 401, { error: 'signed_out' });
  const before = visitor.signIn;
  visitor.signIn = await protocol.refresh(before, Object.fromEntries(url.searchParams));
  rememberTokens(visitor.signIn);
  const rotated = before.refreshToken !== visitor.signIn.refreshToken;
  return json(response, 200, { ...shown(visitor.signIn), rotated });
}

async function logout(response: ServerResponse, visitor: Visitor): Promise<void> {
  if (!visitor.signIn) return json(response, 401, { error: 'signed_out' });
  visitor.logoutState = randomUUID();
  const url = await protocol.endSession(visitor.signIn.idToken, `${base}/loggedout`, visitor.logoutState);
  visitor.signIn = undefined;
  return redirect(response, url.href);
}

function loggedOut(response: ServerResponse, url: URL, visitor: Visitor): void {
  const expected = visitor.logoutState !== undefined && url.searchParams.get('state') === visitor.logoutState;
  visitor.logoutState = undefined;
  json(response, expected ? 200 : 400, { loggedOut: expected });
}

/** Cookies do not tell ports apart: each relying party has a name of its own. */
function visitorOf(request: IncomingMessage, response: ServerResponse): Visitor {
  const name = `rp_${new URL(base).port}`;
  const cookie = request.headers.cookie?.split('; ').find((part) => part.startsWith(`${name}=`));
  const known = visitors.get(cookie?.slice(name.length + 1) ?? '');
  if (known) return known;
  const visitor: Visitor = { id: randomUUID() };
  visitors.set(visitor.id, visitor);
  response.setHeader('set-cookie', `${name}=${visitor.id}; Path=/; HttpOnly; SameSite=Lax`);
  return visitor;
}

function shown({ claims, userinfo, accessToken, refreshToken, scope, expiresIn }: SignIn): Record<string, unknown> {
  return {
    idToken: claims,
    userinfo,
    scope,
    expiresIn,
    opaque: !accessToken.includes('.'),
    refreshable: Boolean(refreshToken),
  };
}

function remember(secret: string | null | undefined): void {
  if (secret) secrets.add(secret);
}

function rememberTokens({ idToken, accessToken, refreshToken }: SignIn): void {
  for (const token of [idToken, accessToken, refreshToken]) remember(token);
}
