import { OWN, ownAlgorithms } from '../algorithms.ts';
import type { ProtocolFeature } from './feature.ts';

/** Answers of an authorization as a JWT. */
export const jwtResponses: ProtocolFeature = {
  key: 'jwt_responses',
  specification: 'JWT Secured Authorization Response Mode (JARM)',
  on: (protocol) => protocol.jwt_responses,
  configuration: () => ({
    features: { jwtResponseModes: { enabled: true } },
    enabledJWA: { authorizationSigningAlgValues: [...OWN] },
  }),
  discovery: (protocol) => ({ authorization_signing_alg_values_supported: ownAlgorithms(protocol) }),
  clientKeys: ['authorization_signed_response_alg'],
};

/** Answers of introspection as a JWT, for whoever accepts one. */
export const jwtIntrospection: ProtocolFeature = {
  key: 'jwt_introspection',
  specification: 'RFC 9701',
  on: (protocol) => protocol.jwt_introspection,
  configuration: () => ({
    features: { jwtIntrospection: { enabled: true } },
    enabledJWA: { introspectionSigningAlgValues: [...OWN] },
  }),
  discovery: (protocol) => ({ introspection_signing_alg_values_supported: ownAlgorithms(protocol) }),
  clientKeys: ['introspection_signed_response_alg'],
};

/** Answers of userinfo as a JWT, for clients that say so. */
export const jwtUserinfo: ProtocolFeature = {
  key: 'jwt_userinfo',
  specification: 'OpenID Connect Core 1.0, 5.3.2',
  on: (protocol) => protocol.jwt_userinfo,
  configuration: () => ({
    features: { jwtUserinfo: { enabled: true } },
    enabledJWA: { userinfoSigningAlgValues: [...OWN] },
  }),
  discovery: (protocol) => ({ userinfo_signing_alg_values_supported: ownAlgorithms(protocol) }),
  clientKeys: ['userinfo_signed_response_alg'],
};
