import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { loadConfig } from '../../src/config/index.ts';
import { folderWith } from './world.ts';

const FULL = readFileSync(new URL('full.yaml', import.meta.url), 'utf8');

type Path = (string | number)[];
type Client = Record<string, unknown>;

/** One thing done wrong to the full file. */
interface Mutation {
  what: string;
  apply(document: Document): void;
}

/** How many of a kind were tried and caught, and what was not. */
interface Tally {
  kind: string;
  tried: number;
  caught: number;
  /** Of those caught, the ones that are warned of and do not stop the start. */
  warned: number;
  missed: string[];
}

/** A row of numbers below 1 that is the same for the same seed (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Every path of the file, mappings and lists included. */
function pathsIn(node: unknown, path: Path = []): Path[] {
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) => {
      const inner = [...path, String(isScalar(key) ? key.value : key)];
      return [inner, ...pathsIn(value, inner)];
    });
  }
  return isSeq(node) ? node.items.flatMap((item, index) => [[...path, index], ...pathsIn(item, [...path, index])]) : [];
}

/** A slip of the fingers: a letter left out, doubled, or swapped with its neighbour. */
function misspell(word: string, random: () => number): string {
  const at = Math.floor(random() * (word.length - 1));
  const [left = '', right = ''] = [word[at], word[at + 1]];
  const slips = [left + left + right, right, right + left].filter((slip) => slip !== left + right);
  return word.slice(0, at) + (slips[Math.floor(random() * slips.length)] ?? '') + word.slice(at + 2);
}

function misspeltKeys(all: Path[], random: () => number): Mutation[] {
  return all.flatMap((path) => {
    const key = path.at(-1);
    // One letter has no neighbour.
    if (typeof key !== 'string' || key.length < 2) return [];
    const wrong = misspell(key, random);
    return [
      {
        what: `${path.join('.')} as ${wrong}`,
        apply(document) {
          const value: unknown = document.getIn(path, true);
          document.deleteIn(path);
          document.setIn([...path.slice(0, -1), wrong], value);
        },
      },
    ];
  });
}

/** Keys that take one value as well as a list of them. */
const ONE_OR_MANY = new Set(['encryption_key']);

/** A text becomes a number or a list, a number or a yes a text, a list and a mapping a text or a number. */
function wrongTypes(all: Path[], values: Document, random: () => number): Mutation[] {
  return all.map((path) => {
    const value: unknown = values.getIn(path);
    const other = random() < 0.5;
    if (typeof value === 'string') return put(path, other && !ONE_OR_MANY.has(String(path.at(-1))) ? [value] : 4711);
    return put(path, typeof value === 'object' && other ? 4711 : 'some text');
  });
}

const put = (path: Path, value: unknown): Mutation => ({
  what: `${path.join('.')} = ${JSON.stringify(value)}`,
  apply: (document) => document.setIn(path, document.createNode(value)),
});

const URIS = ['redirect_uris', 'post_logout_redirect_uris', 'client_uri', 'backchannel_logout_uri', 'jwks_uri'];
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** Two URIs of a client that stand in each other's place. */
function swapped(client: Client, at: Path): Mutation[] {
  const present = URIS.filter((key) => client[key] !== undefined);
  return present.flatMap((left, index) =>
    present.slice(index + 1).map((right) => ({
      what: `${at.join('.')}: ${left} and ${right} swapped`,
      apply(document) {
        const as = (key: string, value: unknown) => document.createNode(Array.isArray(client[key]) ? [value] : value);
        document.setIn([...at, left], as(left, firstOf(client[right])));
        document.setIn([...at, right], as(right, firstOf(client[left])));
      },
    })),
  );
}

/** URIs that are no URIs to come back to. */
function badUris(client: Client, at: Path): Mutation[] {
  const uri = firstOf(client['redirect_uris']);
  if (typeof uri !== 'string' || client['type'] === 'native') return [];
  const wrong = ['http:', 'javascript:', ''].map((scheme) => uri.replace('https:', scheme));
  return [
    ...wrong,
    `${uri}#part`,
    uri.replace('https://', 'https://*.'),
    uri.replace('://', '://ada:pw@'),
    '/callback',
  ].map((value) => put([...at, 'redirect_uris', 0], value));
}

/** Algorithms that nobody has a key for, and secrets that prove nothing. */
function badProofs(client: Client, at: Path): Mutation[] {
  const hasSecret = client['client_secret'] !== undefined || client['client_secrets'] !== undefined;
  const hasKeys = client['jwks'] !== undefined || client['jwks_uri'] !== undefined;
  return [
    ...['ES512', 'PS256', 'EdDSA', 'HS256', 'none', 'rs256'].map((alg) =>
      put([...at, 'id_token_signed_response_alg'], alg),
    ),
    ...(client['jwks']
      ? ['RS256', 'PS256', 'EdDSA', 'HS256'].map((alg) => put([...at, 'token_endpoint_auth_signing_alg'], alg))
      : []),
    ...(hasSecret ? [put([...at, 'token_endpoint_auth_method'], 'none')] : []),
    ...(hasSecret || client['type'] === 'spa' || client['type'] === 'native'
      ? [put([...at, 'token_endpoint_auth_method'], 'private_key_jwt')]
      : []),
    ...(hasSecret ? [] : [put([...at, 'token_endpoint_auth_method'], 'client_secret_basic')]),
    ...(hasSecret ? [] : [put([...at, 'client_secret'], 'a-secret-that-does-not-belong-here')]),
    ...(hasKeys
      ? [put([...at, client['jwks'] ? 'jwks_uri' : 'jwks'], client['jwks'] ? 'https://a.example/keys' : { keys: [] })]
      : []),
    ...(hasSecret ? [put([...at, 'client_secret'], 'short')] : []),
  ];
}

/** Names of nothing: scopes, grants, response types, upstreams, types, subjects. */
function unknownNames(client: Client, at: Path): Mutation[] {
  return [
    put([...at, 'scope'], 'openid emial'),
    put([...at, 'scope'], 'openid, email'),
    put([...at, 'grant_types'], ['password']),
    put([...at, 'response_types'], ['token']),
    put([...at, 'response_types'], ['code id_token']),
    put([...at, 'upstreams'], ['gogle']),
    put([...at, 'type'], 'webapp'),
    put([...at, 'subject_type'], 'pairwise'),
    put([...at, 'require'], 'totp'),
    put([...at, 'default_max_age'], -1),
    put([...at, 'lifetimes'], { access_token: '10' }),
    put([...at, 'lifetimes'], { authorization_code: '10m' }),
    put([...at, 'contacts'], ['nobody']),
    put([...at, 'client_id'], 'gatehouse-x'),
    put([...at, 'client_id'], client['client_id'] === 'sync' ? 'wiki' : 'sync'),
  ];
}

const OTHERS: Mutation[] = [
  ...['http://id.acme.example', 'https://id.acme.example/', 'https://id.acme.example/oidc', 'id.acme.example'].map(
    (issuer) => put(['issuer'], issuer),
  ),
  put(['mode'], 'prod'),
  put(['mode'], 'development'),
  put(['brand', 'accent'], 'blue'),
  put(['http', 'port'], 70_000),
  put(['http', 'trusted_hops'], -1),
  put(['database', 'url'], 'mysql://localhost/gatehouse'),
  put(['encryption_key'], 'short'),
  put(['mail', 'smtp'], 'mail.acme.example'),
  put(['signup', 'allow'], 'everybody'),
  put(['signup', 'allow'], 'open'),
  put(['signup', 'domains'], []),
  put(['passwords', 'min_length'], 3),
  put(['lifetimes', 'access_token'], '1 hour'),
  put(['lifetimes', 'id_token'], '90d'),
  put(['limits', 'enabled'], false),
  put(['outbound', 'allow'], ['10.0.0.1']),
  put(['protocol', 'response_types'], ['id_token']),
  put(['protocol', 'dpop'], 'always'),
  put(['upstreams', 0, 'preset'], 'goggle'),
  put(['upstreams', 0, 'linking'], 'always'),
  put(['upstreams', 1, 'issuer'], 'http://login.partner.example'),
  put(['upstreams', 1, 'id'], 'google'),
  put(['upstreams', 1, 'id'], 'Partner'),
  put(['upstreams', 1, 'domains'], ['@partner.example']),
  put(['resources', 0, 'id'], 'http://api.acme.example'),
  put(['resources', 0, 'scopes'], []),
  put(['resources', 0, 'access_token_ttl'], '10'),
];

/** The mutations of each kind; the same ones for the same seed. */
function mutations(seed: number): Map<string, Mutation[]> {
  const document = parseDocument(FULL);
  const all = pathsIn(document.contents);
  const { clients } = document.toJS() as { clients: Client[] }; // as the file above has it
  const ofClients = (make: (client: Client, at: Path) => Mutation[]) =>
    clients.flatMap((client, index) => make(client, ['clients', index]));
  return new Map([
    ['misspelt keys', misspeltKeys(all, numbers(seed))],
    ['wrong types', wrongTypes(all, document, numbers(seed + 1))],
    ['swapped URIs', ofClients(swapped)],
    ['URIs that are none', ofClients(badUris)],
    ['algorithms and proofs', ofClients(badProofs)],
    ['names of nothing', ofClients(unknownNames)],
    ['other values', OTHERS],
  ]);
}

/** Does everything wrong to the full file, one thing at a time, and says how much of it the check finds. */
export async function mutationRun(seed: number): Promise<Tally[]> {
  const folder = folderWith({ 'config/gatehouse.yaml': FULL });
  const tallies: Tally[] = [];
  for (const [kind, list] of mutations(seed)) {
    const tally: Tally = { kind, tried: list.length, caught: 0, warned: 0, missed: [] };
    for (const { what, apply } of list) {
      const document = parseDocument(FULL);
      apply(document);
      writeFileSync(join(folder.path, 'config/gatehouse.yaml'), document.toString());
      const loaded = await loadConfig({}, folder.path);
      if (loaded.ok && loaded.warnings.length === 0) tally.missed.push(what);
      else tally.caught += 1;
      if (loaded.ok && loaded.warnings.length > 0) tally.warned += 1;
    }
    tallies.push(tally);
  }
  folder.remove();
  return tallies;
}

/** One line for each kind. */
export function formatTallies(seed: number, tallies: readonly Tally[]): string {
  return [
    `mutations of test/config/full.yaml, seed ${seed}`,
    ...tallies.map(({ kind, tried, caught, warned }) => {
      const rate = ((100 * caught) / tried).toFixed(1);
      return `${kind.padEnd(22)} ${String(caught).padStart(4)} of ${String(tried).padStart(4)} caught (${rate} %), ${warned} of them by a warning`;
    }),
  ].join('\n');
}
