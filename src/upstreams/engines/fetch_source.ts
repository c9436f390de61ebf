import { createHmac } from 'node:crypto';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import { retryAfterOf } from '../calls/retry_after.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure, plainCode } from '../failure.ts';
import { holds } from '../mapping/conditions.ts';
import type { HttpSource } from '../preset.ts';
import { isObject, readJson, typeCodeOf } from './read_json.ts';

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
  if (answer.status >= 500 || answer.status === 429) {
    throw new UpstreamFailure('profile_unavailable', { retryAfter: retryAfterOf(answer) });
  }
  const body = await readJson(answer);
  const isGood = answer.ok && isObjectOrList(body) && !isRefusal(body, source);
  if (isGood) return body;
  if (source.optional) return undefined;
  if (answer.ok && !isObjectOrList(body)) {
    throw new UpstreamFailure('profile_malformed', { upstreamError: typeCodeOf(answer) });
  }
  throw new UpstreamFailure('profile_refused', { upstreamError: errorCode(body) ?? `http_${answer.status}` });
}

function isObjectOrList(body: unknown): body is object {
  return typeof body === 'object' && body !== null;
}

/** An error with status 200. */
function isRefusal(body: object, { name, ok_when: condition }: HttpSource): boolean {
  const isError = isObject(body) && body['error'] !== undefined;
  return isError || (condition !== undefined && !holds(condition, { [name]: body }));
}

/** An upstream's own code, wherever it writes it. */
function errorCode(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const { error = body['resultcode'] ?? body['code'] } = body;
  return plainCode(isObject(error) ? error['code'] : error);
}
