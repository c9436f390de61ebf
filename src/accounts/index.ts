/**
 * accounts: who there is.
 *
 * Owns accounts, their address and identities, the linking rule, the codes and links mailed to an address, the way to a new
 * password, the change of an address and its undo, deletion with its grace, the browsers an account is known on, invitations,
 * the claims of an account, what an admin may do to one, and the files that accounts are exported to and imported from. Mounts
 * no URL. Never signs anybody in, never checks a password, and never lets a code or a link leave other than by mail.
 */
export { accountStates, isUsable, stateOf } from './account.ts';
export { openAccounts, readAccounts } from './accounts.ts';
export { isForgotten } from './forget_proofs.ts';
export { openAdministration } from './administration.ts';
export { accountAlong, type AccountAlong } from './postgres_account_store.ts';
export { cleanPicture } from './claim_values.ts';
export { claimsByScope } from './claim_table.ts';
export { claimOrigins } from './claim_origins.ts';
export { claimsOf } from './claims.ts';
export { groupsFault, heldGroups, type GroupsThrough, type HeldGroup } from './groups.ts';
export { COOL_DOWN } from './proofs.ts';
export { readClaims } from './read_claims.ts';
export { openSelfService } from './self_service.ts';
export { readCsvLines } from './transfer/csv_lines.ts';
export { exportAccounts } from './transfer/export_accounts.ts';
export { importAccounts } from './transfer/import_accounts.ts';
export { readJsonLines, readJsonObject } from './transfer/json_lines.ts';
export { shownIdentity } from './joining.ts';
export { accountsOnlyThrough, countIdentities } from './through_upstream.ts';
export { transact } from './transact.ts';
export type { Account, Identity, IdentityKey } from './account.ts';
export type { Administration } from './administration.ts';
export type { Factors } from './deps.ts';
export { invitationId, invitationState, SHORT_ID } from './invitations.ts';
export type { Invitation, Invitations, InvitationState } from './invitation.ts';
export type { Arrival, Outcome, Told, WaitingLink } from './arrival_door.ts';
export type {
  AccountReading,
  Accounts,
  CodeRefused,
  Occasion,
  Reset,
  ResetAsked,
  Sent,
  SignUp,
  VisitBinding,
} from './door.ts';
export type { Asking, SelfService } from './self_service_door.ts';
export type { Ways } from './linking.ts';
export type { FileRecord } from './transfer/file_record.ts';
export type { ImportCounts, ImportWishes } from './transfer/import_accounts.ts';
