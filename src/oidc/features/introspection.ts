import { allows } from '../client_traits.ts';
import type { ProtocolFeature } from './feature.ts';

/** A client learns of its own tokens only, while their account is usable; of any other it hears `active: false` (RFC 7662 4). */
export const introspection: ProtocolFeature = {
  key: 'introspection',
  specification: 'RFC 7662',
  on: (protocol) => protocol.introspection,
  configuration: (_protocol, deps) => ({
    features: {
      introspection: {
        enabled: true,
        async allowedPolicy(_ctx, client, token) {
          if (token.clientId !== client.clientId) return false;
          // Client credentials have no account.
          if (!('accountId' in token)) return true;
          const account = await deps().accounts.find(token.accountId);
          return account?.usable === true && allows(client, account.claims());
        },
      },
    },
  }),
  routes: ['introspection'],
};
