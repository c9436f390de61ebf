/**
 * keys: what we sign, encrypt and derive with.
 *
 * Owns signing keys, cookie keys, encryption at rest, and keys derived for one purpose. Mounts no URL: the protocol engine
 * serves the public half of the signing keys. Never shows or logs private material; only `signingKeys()` hands it out.
 */
export { openKeys } from './keys.ts';
export type { Keys, Sealer } from './door.ts';
