import type { Outbound } from '../../outbound/index.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { authenticate } from './client_authentication.ts';
import { readTokenAnswer, type TokenAnswer } from './token_answer.ts';

/**
 * Redeems a code at the token endpoint (RFC 6749 4.1.3), once and without retry: a code is single use. The ID token comes back
 * unverified. Only who we are is said by a library: an answer has to be read in all the dialects that none of them knows.
 */
export async function requestTokens(
  definition: UpstreamDefinition,
  tokenEndpoint: string,
  { code, state, verifier }: { code: string; state: string; verifier: string },
  fetch: Outbound['fetch'],
): Promise<TokenAnswer> {
  const fields = new URLSearchParams({
    ...(definition.token_state && { state }),
    redirect_uri: definition.redirect_uri,
    code,
    grant_type: 'authorization_code',
    ...(definition.pkce === 'S256' && { code_verifier: verifier }),
  });
  const headers = new Headers({ accept: 'application/json' });
  await authenticate(definition, tokenEndpoint, fields, headers);
  return readTokenAnswer(
    await fetch(tokenEndpoint, { method: 'POST', headers, body: fields }),
    definition.token_format,
  );
}
