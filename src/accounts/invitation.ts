import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';

/** Lets somebody make an account where not everybody may. Its token is in its link and nowhere else. */
export interface Invitation {
  /** The hash of the token: names it to an admin, and opens nothing. */
  id: string;
  /** The only address it counts for; any address when absent. */
  address?: Address;
  uses: number;
  usesLeft: number;
  createdBy: string;
  note?: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What it takes to invite somebody. */
export interface NewInvitation {
  /** The only address that can use it. */
  address?: Address;
  uses: number;
  /** Seconds from now until it ends. */
  lifetime: number;
  createdBy: string;
  note?: string;
  /** The language of a mail with the link to the address; no mail when absent. */
  mailIn?: Tag;
}

/** How an invitation stands. Only a `usable` one lets somebody in; of an `unknown` one there is nothing to tell. */
export type InvitationState = 'usable' | 'expired' | 'used_up' | 'unknown';

/** Invitations, as those who make and open them see them. */
export interface Invitations {
  /** Makes one, and queues its mail in the same transaction. `path` is the only place of its token. */
  make(invitation: NewInvitation): Promise<{ invitation: Invitation; path: string }>;
  /** What the token of a link stands for. Changes nothing. */
  look(token: string): Promise<{ state: InvitationState; invitation?: Invitation }>;
  /** All that are kept, newest first: also those that ended less than 30 days ago. */
  list(): Promise<Invitation[]>;
  /** Deletes the one whose id begins so; what was made with it stays. `several` and `unknown` change nothing. */
  withdraw(prefix: string): Promise<Invitation | 'several' | 'unknown'>;
}
