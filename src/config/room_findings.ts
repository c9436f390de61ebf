import { checkClient, clientKeys } from '../clients/index.ts';
import { validateClients } from '../oidc/index.ts';
import { upstreamMistakes } from '../upstreams/index.ts';
import type { Known } from './known.ts';
import { developmentOf } from './own_settings.ts';
import type { Finding } from './rules.ts';

/** What the rooms themselves find wrong with entries that each look right to their schema. */
export async function roomFindings(known: Known): Promise<Finding[]> {
  const mode = known.mode ?? 'production';
  return [...clientFindings(known, mode), ...(await engineFindings(known)), ...upstreamFindings(known, mode)];
}

function clientFindings({ clients }: Known, mode: 'development' | 'production'): Finding[] {
  return clients.flatMap(({ index, ...client }) =>
    checkClient(client, mode).map(({ path, ...problem }) => ({
      path: ['clients', index, ...path],
      ...problem,
    })),
  );
}

/** What the protocol engine refuses; it names the metadatum in its sentence. */
async function engineFindings({ clients, mode, development, subject_salt }: Known): Promise<Finding[]> {
  if (clients.length === 0) return [];
  const generated = developmentOf(mode ?? 'production', development ?? {}).generated_keys;
  // Under the place in the list as id, because two clients may have the same one by mistake.
  const settings = clients.map(({ index, ...client }) => ({ ...client, client_id: String(index) }));
  const refusals = await validateClients(settings, { pairwise: subject_salt !== undefined || generated });
  return refusals.map(({ client_id, problem }) => {
    const index = Number(client_id);
    const key = /\b[a-z]+(_[a-z]+)+\b/.exec(problem)?.[0];
    const path = ['clients', index, ...(key !== undefined && clientKeys.includes(key) ? [key] : [])];
    return { path, rule: 'client_metadata', message: problem };
  });
}

function upstreamFindings({ upstreams, issuer }: Known, mode: 'development' | 'production'): Finding[] {
  if (issuer === undefined || !URL.canParse(issuer)) return [];
  return upstreamMistakes(upstreams, { issuer, mode }).map(({ path: [position, ...key], message }) => {
    const index = upstreams[Number(position)]?.index ?? 0;
    const rule = key[0] === 'issuer' ? 'upstream_issuer' : key[0] === 'id' ? 'duplicate_id' : 'missing_credentials';
    return { path: ['upstreams', index, ...key], rule, message };
  });
}
