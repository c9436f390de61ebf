import { errors, type Account, type CIBAEnabledConfiguration, type KoaContextWithOIDC } from 'oidc-provider';
import { parseAddress } from '../../kit/addresses.ts';
import { models } from '../artifacts/models.ts';
import { storedId } from '../artifacts/rows.ts';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import type { ProtocolFeature } from './feature.ts';

/** An app asks for somebody who is elsewhere; they answer on the pages of their account. */
export const ciba: ProtocolFeature = {
  key: 'ciba',
  specification: 'OpenID Connect CIBA 1.0',
  on: (protocol) => protocol.ciba !== false,
  configuration: (protocol, deps) => ({
    features: {
      ciba: {
        enabled: true,
        deliveryModes: protocol.ciba === false ? [] : protocol.ciba.delivery,
        ...cibaSources(deps),
      },
    },
  }),
  routes: ['backchannel_authentication'],
  clientKeys: [
    'backchannel_token_delivery_mode',
    'backchannel_client_notification_endpoint',
    'backchannel_user_code_parameter',
    'backchannel_authentication_request_signing_alg',
  ],
  grantTypes: ['urn:openid:params:grant-type:ciba'],
};

/**
 * Whom a request is for that nobody will ever answer: no app learns by one whether somebody has an account here (the
 * specification would say unknown_user_id).
 */
const NOBODY = 'nobody';

/** Nobody has no claims, and is found nowhere else than at this endpoint. */
export function whoIsNobody({ oidc }: KoaContextWithOIDC, accountId: string): Account | undefined {
  if (accountId !== NOBODY || oidc.route !== 'backchannel_authentication') return undefined;
  return { accountId: NOBODY, claims: () => ({ sub: NOBODY }) };
}

/** A line of text: no control, no direction mark, nothing that our page would show as something else. */
const BINDING_MESSAGE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,100}$/u;

function cibaSources(deps: () => OidcDeps): Omit<CIBAEnabledConfiguration, 'enabled' | 'deliveryModes'> {
  return {
    processLoginHint: async (_ctx, hint = '') => (await deps().asked.find(hint)) ?? NOBODY,
    async processLoginHintToken() {
      throw new errors.InvalidRequest('login_hint_token is not taken here: send login_hint or id_token_hint');
    },
    validateBindingMessage(_ctx, message) {
      if (message !== undefined && !BINDING_MESSAGE.test(message))
        throw new errors.InvalidBindingMessage('a binding_message is one line of up to 100 characters');
    },
    validateRequestContext() {},
    // The library asks this last before it saves the request; we know no codes of people.
    async verifyUserCode(ctx, account) {
      // However it is spelt: an account that is there counts so, too.
      const key = account.accountId === NOBODY ? spelling(hintOf(ctx)) : account.accountId;
      const taken = await deps().limits.take('request_account', key);
      if (!taken.ok) throw new errors.AccessDenied('this person was asked too often lately');
    },
    async triggerAuthenticationDevice(ctx, { jti }, { accountId }, client) {
      const { web, database, asked, record } = deps();
      const reference = web.referenceOf(asContext(ctx));
      const { BackchannelAuthenticationRequest: model } = models;
      const known = accountId === NOBODY ? undefined : accountId;
      const app = client.clientName ?? client.clientId;
      const tell = await asked.tell({ accountId: known, hint: hintOf(ctx), app, reference });
      await database.knex.transaction(async (within) => {
        await within(model.table).where('id', storedId(model, jti)).update({ reference });
        await tell(within);
      });
      asked.told();
      const { clientId } = client;
      await record({ type: 'oidc.request_made', outcome: 'ok', reference, clientId, accountId: known });
    },
  };
}

function hintOf({ oidc: { params } }: KoaContextWithOIDC): string {
  const hint = params?.['login_hint'];
  return typeof hint === 'string' ? hint : '';
}

function spelling(hint: string): string {
  return parseAddress(hint)?.canonical ?? hint;
}
