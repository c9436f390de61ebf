/**
 * accounts: who there is.
 *
 * Owns accounts, their address and identities, the linking rule, the codes mailed to an address, invitations, and the
 * claims of an account. Mounts no URL. Never signs anybody in, never checks a password, and never lets a code leave other than by mail.
 */
export { openAccounts, readAccounts } from './accounts.ts';
export { claimsByScope } from './claim_table.ts';
export { claimsOf } from './claims.ts';
export type { Account, IdentityKey } from './account.ts';
export type { Factors } from './deps.ts';
export { invitationId, openInvitations, SHORT_ID } from './invitations.ts';
export type { Invitation, Invitations, InvitationState } from './invitation.ts';
export type { AccountReading, Accounts, Arrival, CodeRefused, Outcome, Sent, VisitBinding } from './door.ts';
export type { Ways } from './linking.ts';
