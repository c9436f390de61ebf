/**
 * passwords: one factor, something a person knows.
 *
 * Owns the password of an account, the rules a new one must meet, the bounded queue in which hashes are computed off the
 * main thread, the pace of all forms that carry one, the count of tries, /reset-password, where a mailed link leads, and
 * /account/password. Never logs, returns or stores a password, and answers alike and as slowly where there is none to check.
 */
export { passwordCard } from './account_page.ts';
export { paceForms } from './paced_forms.ts';
export { newPasswordProblems } from './new_password.ts';
export { mountPasswordPages } from './pages.ts';
export { passwordTries } from './password_tries.ts';
export { openPasswords } from './passwords.ts';
export { LONGEST } from './password_rules.ts';
export { passwordSettings } from './password_settings.ts';
export { hashesOf, putMany, withPassword } from './password_store.ts';
export { describeHash } from './stored_hash.ts';
export type { Passwords } from './door.ts';
