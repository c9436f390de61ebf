/**
 * accounts: who there is.
 *
 * Owns accounts, their address and identities, the linking rule, the codes mailed to an address, and the claims of an
 * account. Mounts no URL. Never signs anybody in, never checks a password, and never lets a code leave other than by mail.
 */
export { IdentityTaken, isShell } from './account.ts';
export type {
  Account,
  Identity,
  IdentityFacts,
  IdentityKey,
  NewAccount,
  NewIdentity,
  Origin,
  Profile,
} from './account.ts';
export { openAccounts, readAccounts } from './accounts.ts';
export { claimsOf } from './claims.ts';
export type {
  AccountPolicy,
  AccountReading,
  Accounts,
  Arrival,
  ArrivingIdentity,
  CodeRefused,
  Factors,
  Joined,
  Outcome,
  Redeemed,
  Sent,
  SignUp,
  VisitBinding,
} from './doors.ts';
export { decideLinking, linkingTable, waysToProve } from './linking.ts';
export type { Linking, LinkingDecision, LinkingFacts, Trust, Ways } from './linking.ts';
