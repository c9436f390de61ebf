import type { JWTPayload } from 'jose';
import { redirectUri, simulatorClients, upstreamSettings } from '../../../src/upstreams/index.ts';
import type { SimulatorClient } from '../../../src/upstreams/simulated.ts';
import { simulatedPresets, type SimulatedPreset } from '../../../src/upstreams/presets/all.ts';
import { createProvider } from '../../../src/upstreams/simulator/create_provider.ts';
import type { Persona } from '../../../src/upstreams/simulator/persona.ts';
import { personasOf } from '../../../src/upstreams/simulator/personas.ts';
import { shapes } from '../../../src/upstreams/simulator/providers/all.ts';
import { claimsOf } from '../../../src/upstreams/simulator/providers/google.ts';
import { json } from '../../../src/upstreams/simulator/provider.ts';
import { startServer } from '../../../src/upstreams/simulator/server.ts';
import type { Shape } from '../../../src/upstreams/simulator/shape.ts';
import { createSigningKeys, type SigningKeys } from '../../../src/upstreams/simulator/signing_keys.ts';
import type { Fields } from '../../support/http_browser/forms.ts';
import { chooseAt, type SentBack } from './choose.ts';
import { confuse, forge } from './forged_tokens.ts';
import { journalEntry, type JournalEntry } from './journal.ts';
import { createLies, type Faults, type Lie } from './lies.ts';
import { viewsRender } from './views.ts';

export { transportFaults } from './transport_faults.ts';
export type { Faults, JournalEntry, Lie };

/** A provider that the fake plays, and the generic OpenID provider beside them. */
export type Played = SimulatedPreset | 'partner';

export interface FakeUpstream {
  base: string;
  /** The issuer that answers discovery: a generic OpenID provider. */
  issuer: string;
  clients: Record<Played, SimulatorClient>;
  keys: SigningKeys;
  journal: JournalEntry[];
  /** Requests to a path, ending as given. */
  calls(ending: string): JournalEntry[];
  /** What happens next, once unless said. */
  next(lie: Lie): void;
  /** Lies everywhere, until `honest`. */
  lie(faults: Faults): void;
  honest(): void;
  rotateKeys(): Promise<void>;
  /** A token of the right key that does not say which key it is. */
  signBare(claims: JWTPayload): Promise<string>;
  forge(claims: JWTPayload): Promise<string>;
  confuse(claims: JWTPayload): Promise<string>;
  /** Goes through the upstream's page as a person would, and gives what it sends to the callback. */
  choose(authorizationUrl: string, personaId: string, fields?: Fields): Promise<SentBack>;
  close(): Promise<void>;
}

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
  const lies = createLies();
  const clients = clientsFor(options.issuer);
  const personas = (prefix: Played) => async () => [
    ...personasOf(prefix === 'partner' ? 'google' : prefix, 'taken@example.org'),
    ...(options.persona ? [options.persona] : []),
  ];
  const server = await startServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    providers: (base) =>
      [...simulatedPresets, 'partner' as const].map((prefix) =>
        createProvider(prefix === 'partner' ? partnerShape(base) : shapes[prefix], {
          base,
          keys,
          client: clients[prefix],
          personas: personas(prefix),
          render: viewsRender,
          tamper: lies.tamperOf(prefix),
        }),
      ),
    intercept(prefix, request, response) {
      journal.push(journalEntry(prefix, request));
      return lies.intercept(prefix, request, response);
    },
  });
  return {
    base: server.base,
    issuer: `${server.base}/partner`,
    clients,
    keys,
    journal,
    calls: (ending) => journal.filter((entry) => entry.path.endsWith(ending)),
    next: lies.tell,
    lie: (faults) => lies.tell({ faults, times: Infinity }),
    honest: lies.forget,
    async rotateKeys() {
      keys.rotate();
      await keys.keySet();
    },
    signBare: (claims) => keys.sign(claims, { bare: true }),
    forge: (claims) => forge(keys, claims),
    confuse: (claims) => confuse(keys, claims),
    choose: chooseAt,
    close: server.close,
  };
}

/** The app as each provider knows it. */
function clientsFor(issuer: string): Record<Played, SimulatorClient> {
  const settings = simulatedPresets.map((preset) => upstreamSettings.parse({ id: preset, preset }));
  const own = simulatorClients(issuer, settings);
  for (const client of Object.values(own)) client.secret = `${client.secret} /%+&`;
  const partner = {
    id: 'app-partner',
    secret: 'secret of partner/%+&',
    redirectUris: [redirectUri(issuer, 'partner')],
  };
  return { ...own, partner };
}

/** An OpenID provider like any other, found by discovery. */
function partnerShape(base: string): Shape {
  const issuer = `${base}/partner`;
  return {
    prefix: 'partner',
    name: 'Partner',
    paths: {
      authorize: '/authorize',
      token: '/token',
      keys: '/jwks',
      discovery: '/.well-known/openid-configuration',
    },
    pkce: 'optional',
    scopes: { known: ['openid', 'email', 'profile'], delimiter: ' ', required: 'openid' },
    callback: () => ({ iss: issuer }),
    cancelled: { error: 'access_denied' },
    client: 'either',
    tokens: { prefix: 'at.', type: 'Bearer', expires_in: 3599 },
    idToken: { issuer, nonce: 'echoed', claims: claimsOf },
    resources: { 'GET /userinfo': ({ grant }) => json(200, { sub: grant.persona.subject, ...claimsOf(grant) }) },
  };
}
