import * as client from 'openid-client';
import type { Outbound } from '../../outbound/index.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import { readTokenAnswer } from './token_answer.ts';

/** Redeems a code at the token endpoint, once and without retry: a code is single use. The ID token comes back unverified. */
export async function requestTokens(
  definition: UpstreamDefinition,
  tokenEndpoint: string,
  request: { code: string; state: string; verifier: string },
  fetch: Outbound['fetch'],
): Promise<{ accessToken: string; idToken: string | undefined }> {
  let idToken: string | undefined;
  let failure: unknown;
  const configuration = configure(definition, tokenEndpoint);
  configuration[client.customFetch] = async (url, options) => {
    try {
      const answer = await readTokenAnswer(await fetch(url, options), definition.token_format);
      idToken = answer.idToken;
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
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: request.state,
      pkceCodeVerifier: definition.pkce === 'S256' ? request.verifier : undefined,
    });
    return { accessToken: tokens.access_token, idToken };
  } catch (error) {
    // The library wraps what its fetch throws; ours says more.
    throw failure ?? new UpstreamFailure('token_malformed', { cause: error });
  }
}

function configure(definition: UpstreamDefinition, tokenEndpoint: string): client.Configuration {
  const authenticate =
    definition.token_auth === 'client_secret_basic' ? client.ClientSecretBasic : client.ClientSecretPost;
  const server = { issuer: definition.issuer, token_endpoint: tokenEndpoint };
  const authentication = authenticate(definition.client_secret);
  const configuration = new client.Configuration(server, definition.client_id, undefined, authentication);
  // `outbound` decides about plain http: loopback in development mode, nothing else.
  client.allowInsecureRequests(configuration);
  configuration.timeout = 15;
  return configuration;
}
