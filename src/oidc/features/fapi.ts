import { ownAlgorithms } from '../algorithms.ts';
import { isOurOwn } from '../client_traits.ts';
import type { ProtocolFeature } from './feature.ts';

/** Client metadata that names one of our signatures; RS256 unless it says otherwise. */
const SIGNATURES = [
  'id_token_signed_response_alg',
  'authorization_signed_response_alg',
  'introspection_signed_response_alg',
  'userinfo_signed_response_alg',
];

/**
 * What FAPI 2.0 demands beyond the switches that it sets (see `underProfile`): PKCE of everybody, and our signatures without
 * RSA of PKCS #1 (Security Profile 5.3.2, 5.4).
 */
export const fapi: ProtocolFeature = {
  key: 'fapi',
  specification: 'FAPI 2.0 Security Profile',
  on: (protocol) => protocol.fapi !== false,
  configuration: () => ({
    features: {
      fapi: { enabled: true, profile: (_ctx, client) => (isOurOwn(client?.clientId) ? undefined : '2.0') },
    },
  }),
  discovery: (protocol) => ({ id_token_signing_alg_values_supported: ownAlgorithms(protocol) }),
  client(metadata, protocol) {
    if (protocol.fapi === false) return;
    metadata['require_pkce'] = true;
    for (const name of SIGNATURES) if (metadata[name] === 'RS256') metadata[name] = 'ES256';
  },
};
