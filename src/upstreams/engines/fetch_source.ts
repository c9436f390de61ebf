import { createHmac } from 'node:crypto';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure, plainCode } from '../failure.ts';
import { holds } from '../mapping/conditions.ts';
import type { HttpSource } from '../preset.ts';
import { isObject, readJson } from './read_json.ts';

/**
 * Asks an upstream about the person, with the access token of this very exchange. One quick second try when the line
 * breaks or the upstream stumbles. Undefined only for an optional source that was refused.
 */
export async function fetchSource(
  source: HttpSource,
  endpoint: string,
  accessToken: string,
  definition: UpstreamDefinition,
  fetch: Outbound['fetch'],
): Promise<unknown> {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(source.params ?? {})) url.searchParams.set(name, value);
  if (source.appsecret_proof) {
    // https://developers.facebook.com/docs/graph-api/guides/secure-requests
    const proof = createHmac('sha256', definition.client_secret ?? '')
      .update(accessToken)
      .digest('hex');
    url.searchParams.set('appsecret_proof', proof);
  }
  const headers = { accept: 'application/json', ...source.headers, authorization: `Bearer ${accessToken}` };
  const ask = () => fetch(url, { headers });
  const answer = await ask().then(
    (first) => (first.status >= 500 ? ask() : first),
    (error: unknown) => {
      if (error instanceof OutboundError && error.reason === 'network') return ask();
      throw error;
    },
  );
  return readAnswer(source, answer);
}

async function readAnswer(source: HttpSource, answer: Response): Promise<unknown> {
  if (answer.status >= 500 || answer.status === 429) throw new UpstreamFailure('profile_unavailable');
  const body = await readJson(answer);
  if (!answer.ok) {
    if (source.optional) return undefined;
    throw new UpstreamFailure('profile_refused', { upstreamError: errorCode(body) ?? `http_${answer.status}` });
  }
  if (typeof body !== 'object' || body === null) throw new UpstreamFailure('profile_malformed');
  const isError = isObject(body) && body['error'] !== undefined;
  if (isError || (source.ok_when && !holds(source.ok_when, { [source.name]: body }))) {
    throw new UpstreamFailure('profile_refused', { upstreamError: errorCode(body) });
  }
  return body;
}

function errorCode(body: unknown): string | undefined {
  const error = isObject(body) ? body['error'] : undefined;
  return plainCode(isObject(error) ? error['code'] : error);
}
