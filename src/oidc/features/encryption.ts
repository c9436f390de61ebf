import type { ProtocolFeature } from './feature.ts';

/** How the key of one token is agreed. RSA of PKCS #1 v1.5 is not among them: its padding tells (RFC 8725 3.2). */
const KEYS = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'A256GCMKW', 'dir'] as const;

/** The first is what a client gets that names none (OpenID Connect Registration 2). */
const CONTENTS = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'] as const;

/**
 * ID tokens, logout tokens and answers of userinfo that only their client can read: signed first, then encrypted with a key of
 * its `jwks` (`use: enc`), or, with dir and A256GCMKW, with one made of its secret.
 */
export const encryption: ProtocolFeature = {
  key: 'encryption',
  specification: 'OpenID Connect Core 1.0, 10.2',
  on: (protocol) => protocol.encryption,
  configuration: () => ({
    features: { encryption: { enabled: true } },
    enabledJWA: {
      idTokenEncryptionAlgValues: [...KEYS],
      idTokenEncryptionEncValues: [...CONTENTS],
      userinfoEncryptionAlgValues: [...KEYS],
      userinfoEncryptionEncValues: [...CONTENTS],
      // Requests, JARM and introspection stay as they are: nothing secret travels there.
      authorizationEncryptionAlgValues: [],
      authorizationEncryptionEncValues: [],
      introspectionEncryptionAlgValues: [],
      introspectionEncryptionEncValues: [],
      requestObjectEncryptionAlgValues: [],
      requestObjectEncryptionEncValues: [],
    },
  }),
  discovery: () => NOT_ANNOUNCED,
  clientKeys: ['id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'],
};

/** The library lists what is empty. */
const NOT_ANNOUNCED = Object.fromEntries(
  ['authorization', 'introspection', 'request_object'].flatMap((what) => [
    [`${what}_encryption_alg_values_supported`, undefined],
    [`${what}_encryption_enc_values_supported`, undefined],
  ]),
);

/** Of userinfo, which is a JWT only where that is on, too. */
export const userinfoEncryption: ProtocolFeature = {
  key: 'encryption',
  specification: 'OpenID Connect Core 1.0, 5.3.2',
  on: (protocol) => protocol.encryption && protocol.jwt_userinfo,
  clientKeys: ['userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'],
};
