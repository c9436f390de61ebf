import { errors } from 'oidc-provider';
import { exchange, exchangeParameters, TOKEN_EXCHANGE } from '../token_exchange/exchange_grant.ts';
import { policyOf } from '../token_exchange/exchange_policy.ts';
import type { Act } from '../token_exchange/known_tokens.ts';
import { ORIGIN, sealOrigin } from '../token_exchange/origin.ts';
import type { ProtocolFeature } from './feature.ts';

/** What a token that is being made is to say of who acts. */
const acts = new WeakMap<object, Act | undefined>();

/** A token in exchange for another one, where the settings of a client allow it. Nothing announces what they allow. */
export const tokenExchange: ProtocolFeature = {
  key: 'token_exchange',
  specification: 'RFC 8693',
  on: (protocol) => protocol.token_exchange,
  configuration: (_protocol, deps) => ({
    extraTokenClaims(_ctx, token) {
      const actor = token.client?.['may_act'];
      const said = {
        ...(acts.get(token) && { act: acts.get(token) }),
        ...(typeof actor === 'string' && { may_act: { sub: actor } }),
      };
      // A JWT is stored nowhere: what it ends with travels along.
      if (!('accountId' in token) || token.aud === undefined) return said;
      const { accountId, grantId, jti } = token;
      const sessionUid = token.expiresWithSession === true ? token.sessionUid : undefined;
      return { ...said, [ORIGIN]: sealOrigin(deps(), jti, { accountId, grantId, sessionUid }) };
    },
  }),
  register(provider, _protocol, deps) {
    provider.registerGrantType(
      TOKEN_EXCHANGE,
      (ctx) => exchange(ctx, deps(), (token, act) => acts.set(token, act)),
      exchangeParameters,
    );
  },
  grantTypes: [TOKEN_EXCHANGE],
  ownKeys: ['exchange', 'may_act'],
  clientKeys: ['exchange', 'may_act'],
  client({ exchange: policy, may_act: actor, token_endpoint_auth_method: method }) {
    if (policyOf(policy) && method === 'none')
      throw new errors.InvalidClientMetadata('exchange is nothing for a client that cannot keep a secret');
    if (actor !== undefined && typeof actor !== 'string')
      throw new errors.InvalidClientMetadata('may_act must be a non-empty string if provided');
  },
};
