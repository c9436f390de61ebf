import type { ProtocolFeature } from './feature.ts';

/** Tokens bound to a key of the client. A proof is taken once. */
export const dpop: ProtocolFeature = {
  key: 'dpop',
  specification: 'RFC 9449',
  on: (protocol) => protocol.dpop !== false,
  configuration: () => ({ features: { dPoP: { enabled: true, allowReplay: false } } }),
  clientKeys: ['dpop_bound_access_tokens'],
  client(metadata, protocol) {
    // A token that is bound to a certificate is bound (RFC 8705 3).
    const isBound = metadata['tls_client_certificate_bound_access_tokens'] === true;
    if (protocol.dpop === 'required' && !isBound) metadata['dpop_bound_access_tokens'] = true;
  },
};
