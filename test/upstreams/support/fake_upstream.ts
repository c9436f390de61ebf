import type { ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import { SignJWT, exportSPKI, generateKeyPair, importJWK, type JWTPayload } from 'jose';
import { createFacebook } from '../../../src/upstreams/simulator/facebook.ts';
import { claimsOf, createGoogle } from '../../../src/upstreams/simulator/google.ts';
import { createOpenIdProvider } from '../../../src/upstreams/simulator/openid_provider.ts';
import { personasOf, type Persona } from '../../../src/upstreams/simulator/personas.ts';
import type { Render, SimulatedClient, SimulatedRequest, Tamper } from '../../../src/upstreams/simulator/provider.ts';
import { startServer } from '../../../src/upstreams/simulator/server.ts';
import { createSigningKeys } from '../../../src/upstreams/simulator/signing_keys.ts';

/** What one request looked like from the upstream's side. */
export interface JournalEntry {
  prefix: string;
  method: string;
  path: string;
  query: URLSearchParams;
  form: URLSearchParams;
  headers: SimulatedRequest['headers'];
}

/** Takes over the answer to a request; false leaves it to the provider. */
export type TransportFault = (request: SimulatedRequest, response: ServerResponse) => boolean;

/** Lies that the upstream tells until `honest` is called: in what it sends, and in how it sends it. */
export interface Faults extends Tamper {
  transport?: TransportFault;
}

export interface FakeUpstream {
  base: string;
  /** The issuer that answers discovery: a generic OpenID provider. */
  issuer: string;
  clients: Record<'google' | 'facebook' | 'partner', SimulatedClient>;
  journal: JournalEntry[];
  /** Requests to a path, ending as given. */
  calls(ending: string): JournalEntry[];
  lie(faults: Faults): void;
  honest(): void;
  rotateKeys(): Promise<void>;
  /** A token of the right key that does not say which key it is. */
  signBare(claims: JWTPayload): Promise<string>;
  /** A token signed by a key that the upstream does not publish. */
  forge(claims: JWTPayload): Promise<string>;
  /** A token "signed" with the published RSA key as if it were an HMAC secret. */
  confuse(claims: JWTPayload): Promise<string>;
  /** Goes through the upstream's page as a person would, and gives what its redirect brings to the callback. */
  choose(authorizationUrl: string, personaId: string): Promise<{ params: URLSearchParams; url: string }>;
  close(): Promise<void>;
}

const renderPlain: Render = async (view, locals) =>
  `<style>p{}</style><h1>${view}</h1><pre>${JSON.stringify(locals)}</pre>`;

/** The simulator of the product behind a journal, with lies that tests switch on: shapes are not written twice. */
export async function startFakeUpstream(options: {
  issuer: string;
  port?: number;
  persona?: Persona;
}): Promise<FakeUpstream> {
  const keys = createSigningKeys();
  // Making an RSA key takes a while; no request should have to wait for it.
  await keys.keySet();
  const journal: JournalEntry[] = [];
  const faults: Faults = {};
  const tamper = tellAgain(faults);
  const clientFor = (id: string): SimulatedClient => ({
    id: `app-${id}`,
    secret: `secret of ${id}/%+&`,
    redirectUris: [`${options.issuer}/upstream/${id}/callback`],
  });
  const clients = { google: clientFor('google'), facebook: clientFor('facebook'), partner: clientFor('partner') };
  const deps = (provider: 'google' | 'facebook', client: SimulatedClient) => ({
    client,
    personas: async () => [...personasOf(provider, 'taken@example.org'), ...(options.persona ? [options.persona] : [])],
    render: renderPlain,
    tamper,
    keys,
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    providers: (base) => [
      createGoogle(deps('google', clients.google)),
      createFacebook(deps('facebook', clients.facebook)),
      createOpenIdProvider(partnerShape(base), deps('google', clients.partner)),
    ],
    intercept(prefix, request, response) {
      journal.push({ prefix, ...request });
      return faults.transport?.(request, response) ?? false;
    },
  });
  return {
    base: server.base,
    issuer: `${server.base}/partner`,
    clients,
    journal,
    calls: (ending) => journal.filter((entry) => entry.path.endsWith(ending)),
    lie: (lies) => Object.assign(faults, lies),
    honest() {
      for (const name of Object.keys(faults)) Reflect.deleteProperty(faults, name);
    },
    async rotateKeys() {
      keys.rotate();
      await keys.keySet();
    },
    signBare: (claims) => keys.sign(claims, { bare: true }),
    async forge(claims) {
      const { privateKey } = await generateKeyPair('RS256');
      const { keys: published } = await keys.keySet();
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: published[0]?.kid }).sign(privateKey);
    },
    async confuse(claims) {
      const { keys: published } = await keys.keySet();
      const [jwk] = published;
      if (!jwk) throw new Error('the upstream has no key');
      const publicKey = await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true });
      if (publicKey instanceof Uint8Array) throw new Error('not an RSA key');
      const secret = new TextEncoder().encode(await exportSPKI(publicKey));
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: jwk.kid }).sign(secret);
    },
    choose,
    close: server.close,
  };
}

function partnerShape(base: string) {
  return {
    prefix: 'partner',
    name: 'Partner',
    issuer: `${base}/partner`,
    base,
    tokenPrefix: 'at.',
    paths: {
      authorize: '/authorize',
      token: '/token',
      keys: '/jwks',
      userinfo: '/userinfo',
      discovery: '/.well-known/openid-configuration',
    },
    claimsOf,
    callbackExtras: () => ({ iss: `${base}/partner` }),
  };
}

/** Asks at each step which lie is told now, so that a test can change it between requests. */
function tellAgain(faults: Faults): Tamper {
  return {
    callback: (params) => faults.callback?.(params),
    claims: (claims) => faults.claims?.(claims) ?? claims,
    sign: (claims) => faults.sign?.(claims),
    tokenBody: (body) => faults.tokenBody?.(body) ?? body,
    profile: (body) => faults.profile?.(body) ?? body,
    keySet: (set) => faults.keySet?.(set) ?? set,
  };
}

async function choose(authorizationUrl: string, personaId: string): Promise<{ params: URLSearchParams; url: string }> {
  const target = new URL(authorizationUrl);
  const shown = await fetch(target);
  if (shown.status !== 200) throw new Error(`the upstream shows an error page: ${await shown.text()}`);
  const form = new URLSearchParams(target.searchParams);
  form.set('persona', personaId);
  const answer = await fetch(`${target.origin}${target.pathname}`, { method: 'POST', body: form, redirect: 'manual' });
  const url = answer.headers.get('location') ?? '';
  return { params: new URL(url).searchParams, url };
}

/** Faults of the line, by name, for the requests whose path ends as given. */
export const transportFaults = {
  status: (status: number, type = 'application/json', body = '{}') =>
    answering((response) => response.writeHead(status, { 'content-type': type }).end(body)),
  hang: answering(() => {}),
  reset: answering((response) => response.socket?.resetAndDestroy()),
  truncated: answering((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"access_token":"');
    setImmediate(() => response.socket?.destroy());
  }),
  huge: answering((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"padding":"${'x'.repeat(1024 * 1024)}"}`);
  }),
  bomb: answering((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.end(Buffer.alloc(20 * 1024 * 1024, ' '));
  }),
  redirect: answering((response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
};

function answering(answer: (response: ServerResponse) => void): (ending: string) => TransportFault {
  return (ending) => (request, response) => {
    if (!request.path.endsWith(ending)) return false;
    answer(response);
    return true;
  };
}
