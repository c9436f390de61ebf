import type { Upstream } from '../upstream.ts';
import { collectSources, frontChannel, type EngineDeps } from './base.ts';
import { identityFrom } from './identity.ts';
import { requestTokens } from './request_tokens.ts';

/** An upstream that speaks OAuth 2 only: who came back is what its API answers to a token that we redeemed ourselves. */
export function createOAuth2Upstream(deps: EngineDeps): Upstream {
  const { definition, metadata, line } = deps;
  return {
    ...frontChannel(deps),
    async exchange(code, { state, verifier }) {
      const { endpoints } = await metadata.required();
      const request = { code, state, verifier };
      const tokens = await requestTokens(definition, endpoints.token, request, line.fetch('token'));
      return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
    },
    identify: async (tokens, callback) => identityFrom(definition, await collectSources(deps, tokens, callback)),
  };
}
