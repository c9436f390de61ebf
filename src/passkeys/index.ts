/**
 * passkeys: one factor, a key pair whose private half never leaves its person's devices (WebAuthn).
 *
 * Owns the passkeys of an account and the challenges that they answer, /account/passkeys and
 * /.well-known/passkey-endpoints. What a passkey is bound to comes from the issuer in the config. Never lets one count whose
 * person was not verified, never says whose passkeys there are to anybody who was not proven, and asks for no attestation.
 */
export { openPasskeys } from './passkeys.ts';
export { passkeyCard } from './account_page.ts';
export { notAdded } from './refusals.ts';
export { mountPasskeyPages } from './pages.ts';
export { passkeySettings } from './settings.ts';
export { hasPasskey, keepNewPasskey, removePasskeysSince, withPasskey } from './for_accounts.ts';
export type { Binding, Passkeys, Purpose } from './door.ts';
