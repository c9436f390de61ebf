/**
 * second_factors: what somebody proves beside the first factor, if it is no passkey.
 *
 * Owns authenticator apps (TOTP, RFC 6238), recovery codes and trusted browsers, the count of wrong codes, their mails, and
 * /account/totp, /account/recovery-codes and /account/second-step. Never signs anybody in, accepts no code twice, and keeps no
 * recovery code and no secret that could be read from the database.
 */
export { secondFactorCards } from './cards.ts';
export { mountSecondFactorPages } from './pages.ts';
export { resetSecondStep } from './reset.ts';
export { readSecondFactors } from './totp_store.ts';
export { endSecondStep } from './switch_step.ts';
export { openSecondFactors } from './second_factors.ts';
export { sealedColumns } from './sealed_columns.ts';
export type { EnrolledFactors, EnrolledTotp, NewTotp, Preferred, Proof, SecondFactors, TrustedDevice } from './door.ts';
