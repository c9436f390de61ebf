import { createRemoteJWKSet, jwtVerify } from 'jose';

let keys;

/** The claims of a logout token that counts (OpenID Connect Back-Channel Logout 2.6); nothing for any other. */
export async function readLogoutToken(token, config) {
  const { issuer, jwks_uri } = config.serverMetadata();
  keys ??= createRemoteJWKSet(new URL(jwks_uri));
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: config.clientMetadata().client_id,
      // As the client is registered: RS256 unless `id_token_signed_response_alg` says otherwise.
      algorithms: ['RS256'],
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti'],
    });
    const tells = payload.events?.['http://schemas.openid.net/event/backchannel-logout'] !== undefined;
    const names = payload.sid !== undefined || payload.sub !== undefined;
    return tells && names && payload.nonce === undefined ? payload : undefined;
  } catch (error) {
    console.error('a logout token was refused', error.code);
    return undefined;
  }
}
