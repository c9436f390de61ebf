import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { Account } from './account.ts';
import type { AccountsDeps } from './deps.ts';
import type { Occasion, VisitBinding } from './door.ts';
import type { Owner } from './hold_account.ts';
import type { LinkEnd } from './mailed_links.ts';

/** Who asks for something that causes a mail to an address that is not theirs yet. */
export type Asking = Occasion & Pick<VisitBinding, 'clientAddress'>;

/** What a person can change on their profile; undefined takes a value away. */
export interface ProfileEdit {
  name: string | undefined;
  picture: string | undefined;
  zoneinfo: string | undefined;
  /** Undefined: as the browser says. */
  locale: Tag | undefined;
}

/**
 * The same for a free and a taken address. `same`: it is the account's already. `not_allowed`: where domains are prescribed,
 * this is none of them.
 */
export type ChangeStarted =
  | { ok: true }
  | { ok: false; reason: 'too_many'; retryAfter: number }
  | { ok: false; reason: 'same' | 'not_allowed' };

/** What became of the button behind a mailed link. `taken`: the address is somebody else's by now. */
export type Changed<Result = unknown> = ({ ok: true } & Result) | { ok: false; reason: LinkEnd | 'taken' };

/** What a mailed link is worth, without changing anything; the address is what the account would get. */
export interface LookedAt {
  state: 'usable' | LinkEnd;
  address: Address;
  /** Whose link it is. */
  account: Account;
}

/** What people do to their own account. Each is one transaction together with its mails; the pages ask for a fresh sign-in. */
export interface SelfService {
  /** Changes the profile; `updatedAt` moves only when something did. False when nothing did. */
  editProfile(owner: Owner, edit: ProfileEdit): Promise<boolean>;
  /** Since when the account is known on each of its browsers. */
  knownSince(accountId: string): Promise<Date[]>;
  addressChange: {
    /** Mails a link to the new address. A taken one is answered alike: its owner is told, and no link fits. */
    start(owner: Owner, address: Address, asking: Asking): Promise<ChangeStarted>;
    /** The address that waits for its link to be opened. */
    pending(accountId: string): Promise<Address | undefined>;
    cancel(accountId: string): Promise<void>;
    look(token: string): Promise<LookedAt | undefined>;
    /** The account has the new address, and the old one a mail with which to undo that. */
    confirm(token: string, asking: Occasion): Promise<Changed>;
    lookAtUndo(token: string): Promise<LookedAt | undefined>;
    /**
     * An undo means that somebody else changed the address: the old one is back, a deletion is off, everything that is open
     * has ended, the password and identities joined since are gone. `next` is the path to a new password.
     */
    undo(token: string, asking: Occasion): Promise<Changed<{ next: string }>>;
  };
  deletion: {
    /** Nobody can use the account from now on; it is buried after the grace, at once when that is 0. */
    schedule(owner: Owner, asking: Occasion): Promise<void>;
    look(token: string): Promise<{ state: 'usable' | LinkEnd; account: Account } | undefined>;
    undo(token: string): Promise<{ ok: true } | { ok: false; reason: LinkEnd }>;
  };
}

/** What the room needs for this, beside what it needs anyway. */
export interface SelfServiceDeps extends AccountsDeps {
  /** The protocol engine stands above this room: it ends sessions, grants and tokens, and notes whom to tell. */
  endEverythingOf(accountId: string, within: Knex): Promise<void>;
  /** The path on which somebody chooses a new password who has just proven the account's mailbox. */
  issueReset(within: Knex, accountId: string): Promise<string>;
}
