import { betweenClients, checkClient, clientKeys } from '../clients/index.ts';
import { featureClientKeys, protocolSettings, validateClients, type ProtocolSettings } from '../oidc/index.ts';
import { upstreamMistakes } from '../upstreams/index.ts';
import { inOurWords } from './engine_words.ts';
import type { Known } from './known.ts';
import { offeredFindings } from './offered.ts';
import type { Finding } from './rules.ts';
import { strangerFindings } from './stranger_rules.ts';
import { placeKey } from './tree.ts';

/** What the rooms themselves find wrong with entries that each look right to their schema. */
export async function roomFindings(known: Known): Promise<Finding[]> {
  const mode = known.mode ?? 'production';
  // While the block itself is wrong, clients are judged by what it is without a word.
  const protocol = known.protocol ?? protocolSettings.parse({});
  const { on, off } = featureClientKeys(protocol);
  const keys = { on: [...clientKeys, ...on].toSorted(), off };
  const own = [...clientFindings(known, mode, keys), ...offeredFindings(known, protocol)];
  const engines = await engineFindings(known, protocol, [...keys.on, ...off.keys()]);
  return [...own, ...newTo(own, engines), ...upstreamFindings(known, mode), ...strangerFindings(known)];
}

/** The engine refuses some of what we have already said more about: of a key, or of something below it. */
function newTo(own: readonly Finding[], engines: readonly Finding[]): Finding[] {
  const said = new Set(own.filter(({ warning }) => !warning).map(({ path }) => placeKey(path.slice(0, 3))));
  return engines.filter(({ path }) => !said.has(placeKey(path)));
}

function clientFindings(
  { clients, issuer }: Known,
  mode: 'development' | 'production',
  keys: Parameters<typeof checkClient>[2],
): Finding[] {
  const alone = clients.flatMap(({ index, ...client }) =>
    checkClient(client, { mode, issuer }, keys).map((problem) => ({ index, ...problem })),
  );
  return [...alone, ...betweenClients(clients)].map(({ index, path, ...problem }) => {
    return { path: ['clients', index, ...path], ...problem };
  });
}

/** What the protocol engine refuses, in our words. */
async function engineFindings(
  { clients }: Known,
  protocol: ProtocolSettings,
  keys: readonly string[],
): Promise<Finding[]> {
  if (clients.length === 0) return [];
  // Under the place in the list as id, because two clients may have the same one by mistake.
  const settings = clients.map(({ index, ...client }) => ({
    ...client,
    client_id: String(index),
    // While it is off that is said of this key, and needs not be said of the grant that comes with it.
    ...(!protocol.token_exchange && { exchange: undefined }),
  }));
  const refusals = await validateClients(settings, protocol);
  return refusals.map(({ client_id, problem }) => {
    const { key, ...words } = inOurWords(problem, keys);
    const path = ['clients', Number(client_id), ...(key === undefined ? [] : [key])];
    return { path, rule: 'client_metadata', ...words };
  });
}

const UPSTREAM_RULES: Record<string, string> = {
  id: 'duplicate_id',
  issuer: 'upstream_issuer',
  client_id: 'missing_credentials',
  client_secret: 'missing_credentials',
  domains: 'duplicate_domain',
  linking: 'linking_verified',
  email_trust: 'email_trusted',
  pkce: 'pkce_off',
  private_key: 'unusable_key',
  base_url: 'upstream_address',
  authorization_endpoint: 'upstream_address',
  token_endpoint: 'upstream_address',
  sources: 'upstream_address',
  token_auth: 'upstream_without_secret',
  secret_expires_at: 'secret_expires_soon',
  id_token_algs: 'shared_secret_signature',
  params: 'hint_without_restriction',
};

function upstreamFindings({ upstreams, issuer }: Known, mode: 'development' | 'production'): Finding[] {
  if (issuer === undefined || !URL.canParse(issuer)) return [];
  return upstreamMistakes(upstreams, { issuer, mode }).map(({ path: [position, ...key], message, warning }) => {
    const index = upstreams[Number(position)]?.index ?? 0;
    const rule = UPSTREAM_RULES[String(key[0])] ?? 'wrong_value';
    return { path: ['upstreams', index, ...key], rule, message, warning };
  });
}
