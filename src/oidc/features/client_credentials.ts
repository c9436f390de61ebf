import type { ProtocolFeature } from './feature.ts';

/** Tokens for services. */
export const clientCredentials: ProtocolFeature = {
  key: 'client_credentials',
  specification: 'RFC 6749 4.4',
  on: (protocol) => protocol.client_credentials,
  configuration: () => ({ features: { clientCredentials: { enabled: true } } }),
  grantTypes: ['client_credentials'],
};
