import { clientAlgorithms } from '../algorithms.ts';
import type { ProtocolFeature } from './feature.ts';

/** Signed requests, by value: we never fetch one. Its key is the client's, never its secret. */
export const requestObjects: ProtocolFeature = {
  key: 'request_objects',
  specification: 'RFC 9101',
  on: (protocol) => protocol.request_objects !== false,
  configuration: (protocol) => ({
    features: { requestObjects: { enabled: true } },
    enabledJWA: { requestObjectSigningAlgValues: clientAlgorithms(protocol) },
  }),
  discovery: ({ request_objects: signed }) => (signed === 'required' ? { require_signed_request_object: true } : {}),
  clientKeys: ['request_object_signing_alg', 'require_signed_request_object'],
  client(metadata, { request_objects: signed }) {
    if (signed === 'required') metadata['require_signed_request_object'] = true;
  },
};
