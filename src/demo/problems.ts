import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import type { TextKey } from '../locales/index.ts';

/** What went wrong between the app and the issuer: the sentence for the person, and a word for the log. */
export interface Problem {
  text: TextKey;
  reason: string;
}

/** The same fetch, except that whatever keeps it from getting an answer is a ClientError, as openid-client's own are. */
export function answering(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (cause) {
      throw new ClientError('no answer', { cause });
    }
  };
}

/** The problem that an error of the protocol means; undefined for what is none of the protocol's. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)
    return { text: textOf(error), reason: error.error };
  if (!(error instanceof ClientError)) return undefined;
  const reason = error.code ?? 'OAUTH_NETWORK';
  return { text: NO_ANSWER.has(reason) ? 'demo.notes.unavailable' : 'demo.notes.failed', reason };
}

/** openid-client's codes for a request that got no answer, or another one than the protocol says. */
const NO_ANSWER = new Set(['OAUTH_NETWORK', 'OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

function textOf(error: AuthorizationResponseError | ResponseBodyError): TextKey {
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return 'demo.notes.unavailable';
    return error.error === 'invalid_grant' ? 'demo.notes.session_over' : 'demo.notes.failed';
  }
  return error.error === 'access_denied' ? 'demo.notes.cancelled' : 'demo.notes.failed';
}
