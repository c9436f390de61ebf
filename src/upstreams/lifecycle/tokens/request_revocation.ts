import type { Outbound } from '../../../outbound/index.ts';
import type { UpstreamDefinition } from '../../definition.ts';
import { authenticate } from '../../engines/client_authentication.ts';
import { fill } from '../../fill.ts';
import type { Endpoints } from '../../preset.ts';
import type { Revocation } from '../lifecycle.ts';

/** What came of it; `over`: the upstream does not know the connection (any more), which is what was wanted. */
export type Revoked = 'ended' | 'over' | 'try_again';

/** Refusals that another try, or an admin, may turn into something else. */
const AGAIN: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

/** Ends a connection at an upstream in its own words. Rejects as the client does when there is no answer. */
export async function requestRevocation(
  { definition, endpoints, fetch }: { definition: UpstreamDefinition; endpoints: Endpoints; fetch: Outbound['fetch'] },
  { endpoint: name, path = '', method, headers: wanted = {}, form, json, as_client }: Revocation,
  connection: { subject: string; token?: string },
): Promise<Revoked> {
  const endpoint = endpoints[name];
  if (endpoint === undefined) return 'over';
  const values = valuesOf(definition, connection);
  const headers = new Headers({ accept: 'application/json', ...mapped(wanted, (value) => fill(value, values)) });
  const fields = new URLSearchParams(mapped(form ?? {}, (value) => fill(value, values)));
  if (as_client) await authenticate(definition, endpoint, fields, headers);
  if (json) headers.set('content-type', 'application/json');
  const answer = await fetch(endpoint + fill(path, mapped(values, encodeURIComponent)), {
    method,
    headers,
    body: json ? JSON.stringify(mapped(json, (value) => fill(value, values))) : form && fields,
  });
  if (answer.ok) return 'ended';
  return answer.status >= 500 || AGAIN.has(answer.status) ? 'try_again' : 'over';
}

function valuesOf(
  { client_id, client_secret = '', admin_key = '' }: UpstreamDefinition,
  { subject, token = '' }: { subject: string; token?: string },
): Record<string, string> {
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
  return { subject, token, client_id, client_secret, admin_key, basic };
}

function mapped(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
