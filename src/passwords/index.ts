/**
 * passwords: one factor, something a person knows.
 *
 * Owns the password of an account, the rules a new one must meet, and the bounded queue in which hashes are computed off
 * the main thread. Never logs, returns or stores a password, and answers alike and as slowly where there is none to check.
 */
export { passwordSettings } from './password_settings.ts';
export type { PasswordSettings } from './password_settings.ts';
export type { PasswordProblem } from './password_rules.ts';
export { openPasswords } from './passwords.ts';
export type { Passwords, PasswordsDeps } from './passwords.ts';
