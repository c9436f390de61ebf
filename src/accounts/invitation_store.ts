import type { Invitation } from './invitation.ts';

/** Invitations, until a while after they end. */
export interface InvitationStore {
  insert(invitation: Invitation): Promise<void>;
  find(id: string): Promise<Invitation | undefined>;
  /** All of them, newest first. */
  list(): Promise<Invitation[]>;
  /** Takes one use for an account with this canonical address: true for as many callers as there are uses, and before its end. */
  take(id: string, canonical: string): Promise<boolean>;
  /** Those whose id begins so. */
  startingWith(prefix: string): Promise<Invitation[]>;
  delete(id: string): Promise<boolean>;
}
