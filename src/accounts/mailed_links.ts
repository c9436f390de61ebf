import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { IdentityKey } from './account.ts';

/** The visit that asked for a mail: in its own browser, the link leads back to it. `resume` is its uid, sealed. */
export interface LinkOrigin {
  browserHash: string;
  resume?: string;
  reference?: string;
}

/** What each kind of mailed link carries. */
export interface LinkPayloads {
  'verify-email': LinkOrigin;
  /** `address`: the mailbox it went to. On an account that has another one meanwhile it is dead. */
  'reset-password': Partial<LinkOrigin> & { address: string };
  'change-address': { address: Address };
  /** `to` is what stood on the account until `at`, an instant in ISO 8601. */
  'undo-address': { to: Address; at: string };
  /** `address` is the mailbox it went to, canonical: it counts while the account has that one. */
  'undo-identity': { identity: IdentityKey; address: string };
  /** `locale`: the language in which the account was deleted. */
  'undo-deletion': { locale?: Tag };
}

/** What a mailed link is for. The purpose is part of the token's hash: no link counts for another. */
export type LinkPurpose = keyof LinkPayloads;

/** Whose link it is: an account's, or that of a proof whose account does not exist yet. */
export type LinkOwner = { accountId: string } | { proofId: string };

/**
 * A link to be mailed, good for so many seconds. One of `nobody` leads nowhere and is never mailed: it takes the time of one
 * where there is nobody to write to.
 */
export type NewLink<Purpose extends LinkPurpose> = (LinkOwner | { nobody: true }) & {
  purpose: Purpose;
  payload: LinkPayloads[Purpose];
  seconds: number;
};

/** Why a link leads nowhere. */
export type LinkEnd = 'used' | 'expired';

/** The same of a link that was looked at, and is not usable or was never there. */
export function endOf(link: { state: 'usable' | LinkEnd } | undefined): LinkEnd {
  return link?.state === 'used' ? 'used' : 'expired';
}

/** For how long a link or a code works, as mails are told. */
export function minutesOf(seconds: number): string {
  return String(Math.ceil(seconds / 60));
}

/** A link as it was found. Only a `usable` one leads anywhere. */
export interface MailedLink<Purpose extends LinkPurpose> {
  state: 'usable' | LinkEnd;
  accountId?: string;
  proofId?: string;
  payload: LinkPayloads[Purpose];
}

/**
 * Links that were mailed. The token is in nothing but its mail: stored is its hash (ASVS 5.0 6.4.1). Looking at a link
 * changes nothing, because mail scanners do that.
 */
export interface MailedLinks {
  /** Makes a link in this transaction and returns its token. */
  issue<Purpose extends LinkPurpose>(within: Knex, link: NewLink<Purpose>): Promise<string>;
  /** Undefined for a token that never was one of this purpose, or whose owner is gone. */
  find<Purpose extends LinkPurpose>(
    purpose: Purpose,
    token: string,
    within?: Knex,
  ): Promise<MailedLink<Purpose> | undefined>;
  /** The link, for exactly one caller while it is usable. */
  consume<Purpose extends LinkPurpose>(
    within: Knex,
    purpose: Purpose,
    token: string,
  ): Promise<Omit<MailedLink<Purpose>, 'state'> | undefined>;
  /** What of one kind still waits for its owner, the newest first. */
  pending<Purpose extends LinkPurpose>(purpose: Purpose, owner: LinkOwner): Promise<MailedLink<Purpose>[]>;
  /** The newest of one kind that its owner ever got, whatever became of it since. */
  newest<Purpose extends LinkPurpose>(
    within: Knex,
    purpose: Purpose,
    owner: LinkOwner,
  ): Promise<MailedLink<Purpose> | undefined>;
  /** Kills the links of these purposes that were mailed to their owner before, or only those `since`. */
  drop(within: Knex, owner: LinkOwner, purposes: readonly LinkPurpose[], since?: Date): Promise<void>;
}
