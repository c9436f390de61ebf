import { checkLoginTime } from '../assurance.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Upstream } from '../upstream.ts';
import { collectSources, frontChannel, type EngineDeps } from './base.ts';
import { identityFrom } from './identity.ts';
import { requestTokens } from './request_tokens.ts';
import { verifyIdToken } from './verify_id_token.ts';

/** An upstream that speaks OpenID Connect: nobody is identified without a verified ID token. */
export function createOidcUpstream(deps: EngineDeps): Upstream {
  const { definition, metadata, keySet, line } = deps;
  return {
    ...frontChannel(deps),
    async exchange(code, { state, nonce, verifier, freshFrom }) {
      const { endpoints } = await metadata.required();
      const { accessToken, idToken, refreshToken } = await requestTokens(
        definition,
        endpoints.token,
        { code, state, verifier },
        line.fetch('token'),
      );
      if (idToken === undefined) throw new UpstreamFailure('id_token_missing');
      const keys = endpoints.jwks === undefined ? undefined : keySet(endpoints.jwks);
      const claims = await verifyIdToken(idToken, keys, { definition, nonce, accessToken });
      checkLoginTime(claims['auth_time'], freshFrom);
      return { accessToken, claims, refreshToken };
    },
    identify: async (tokens, callback) => identityFrom(definition, await collectSources(deps, tokens, callback)),
  };
}
