import { checkClient, clientKeys } from '../clients/index.ts';
import { featureClientKeys, protocolSettings, validateClients, type ProtocolSettings } from '../oidc/index.ts';
import { upstreamMistakes } from '../upstreams/index.ts';
import { inOurWords } from './engine_words.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';

/** What the rooms themselves find wrong with entries that each look right to their schema. */
export async function roomFindings(known: Known): Promise<Finding[]> {
  const mode = known.mode ?? 'production';
  // While the block itself is wrong, clients are judged by what it is without a word.
  const protocol = known.protocol ?? protocolSettings.parse({});
  const keys = [...clientKeys, ...featureClientKeys(protocol).on].toSorted();
  return [
    ...clientFindings(known, mode, keys),
    ...(await engineFindings(known, protocol, keys)),
    ...upstreamFindings(known, mode),
  ];
}

function clientFindings({ clients }: Known, mode: 'development' | 'production', keys: readonly string[]): Finding[] {
  return clients.flatMap(({ index, ...client }) =>
    checkClient(client, mode, keys).map(({ path, ...problem }) => ({
      path: ['clients', index, ...path],
      ...problem,
    })),
  );
}

/** What the protocol engine refuses, in our words. */
async function engineFindings(
  { clients }: Known,
  protocol: ProtocolSettings,
  keys: readonly string[],
): Promise<Finding[]> {
  if (clients.length === 0) return [];
  // Under the place in the list as id, because two clients may have the same one by mistake.
  const settings = clients.map(({ index, ...client }) => ({ ...client, client_id: String(index) }));
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
  token_auth: 'public_client',
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
