/**
 * Room: keys. Signing keys, cookie keys, encryption at rest, and keys derived for one purpose.
 * URLs: none; the public half of the signing keys is served by the protocol engine at /oidc/jwks.
 * Never: shows or logs private material; only `signingKeys()` hands it out, to the protocol engine.
 */
export { openKeys, type Keys, type KeysDeps } from './keys.ts';
export type { Sealer } from './sealer.ts';
