import * as client from 'openid-client';
import type { Outbound } from '../../outbound/index.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { clientAuthentication } from './client_authentication.ts';
import { readTokenAnswer } from './token_answer.ts';

/** Redeems a code at the token endpoint, once and without retry: a code is single use. The ID token comes back unverified. */
export async function requestTokens(
  definition: UpstreamDefinition,
  tokenEndpoint: string,
  request: { code: string; state: string; verifier: string },
  fetch: Outbound['fetch'],
): Promise<{ accessToken: string; idToken: string | undefined; refreshToken: string | undefined }> {
  let idToken: string | undefined;
  let refreshToken: string | undefined;
  let failure: unknown;
  const configuration = await configure(definition, tokenEndpoint);
  configuration[client.customFetch] = async (url, options) => {
    try {
      // The library's own time-out would end a call that waits for its turn; `outbound` and the line know better.
      const answer = await readTokenAnswer(
        await fetch(url, { ...options, signal: undefined }),
        definition.token_format,
      );
      ({ idToken, refreshToken } = answer);
      return answer.response;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const callback = new URL(definition.redirect_uri);
  callback.searchParams.set('code', request.code);
  callback.searchParams.set('state', request.state);
  try {
    const pkceCodeVerifier = definition.pkce === 'S256' ? request.verifier : undefined;
    const checks = { expectedState: request.state, pkceCodeVerifier };
    const further: Record<string, string> = definition.token_state ? { state: request.state } : {};
    const tokens = await client.authorizationCodeGrant(configuration, callback, checks, further);
    return { accessToken: tokens.access_token, idToken, refreshToken };
  } catch (error) {
    // The library wraps what its fetch throws; ours says more.
    throw failure ?? new UpstreamFailure('token_malformed', { cause: error });
  }
}

async function configure(definition: UpstreamDefinition, tokenEndpoint: string): Promise<client.Configuration> {
  const server = { issuer: definition.issuer, token_endpoint: tokenEndpoint };
  const authentication = await clientAuthentication(definition, tokenEndpoint);
  const configuration = new client.Configuration(server, definition.client_id, undefined, authentication);
  // `outbound` decides about plain http: loopback in development mode, nothing else.
  client.allowInsecureRequests(configuration);
  return configuration;
}
