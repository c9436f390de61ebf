import type { ProtocolFeature } from './feature.ts';

/** Clients may ask for single claims. */
export const claimsParameter: ProtocolFeature = {
  key: 'claims_parameter',
  specification: 'OpenID Connect Core 1.0, 5.5',
  on: (protocol) => protocol.claims_parameter,
  configuration: () => ({ features: { claimsParameter: { enabled: true } } }),
};
