/**
 * keys: what we sign, encrypt and derive with.
 *
 * Owns signing keys and cookie keys with their life (published, signing, verifying, gone), encryption at rest, and secrets for
 * one purpose. Mounts no URL: the protocol engine serves the public half of the signing keys. Never shows or logs private
 * material; only `signingKeys()` hands it out.
 */
export { openKeys } from './keys.ts';
export { openKeyAdministration } from './administration.ts';
export { sealedColumns } from './rewrap.ts';
export { keyKinds, type KeyKind } from './kinds.ts';
export { keySettings, type KeySchedule, type KeySettings } from './settings.ts';
export type { KeyAdministration, KeyChange, Keys, ListedKey, Sealer } from './door.ts';
