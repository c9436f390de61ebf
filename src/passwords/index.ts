/**
 * passwords: one factor, something a person knows.
 *
 * Owns the password of an account, the rules a new one must meet, and the bounded queue in which hashes are computed off
 * the main thread. Mounts no URL. Never logs, returns or stores a password, and answers alike and as slowly where there is
 * none to check.
 */
export { openPasswords } from './passwords.ts';
export { LONGEST } from './password_rules.ts';
export { passwordSettings } from './password_settings.ts';
export { hashesOf, putMany } from './password_store.ts';
export { describeHash } from './stored_hash.ts';
export { poolThreads } from './hash_threads.ts';
export type { Passwords } from './door.ts';
