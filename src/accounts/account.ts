import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { ProfileClaims } from './claim_table.ts';
import type { Trust } from './linking.ts';

/** What a person is called and looks like, and all else that apps may ask for; every value was cleaned when it came in. */
export type Profile = ProfileClaims;

/** The groups of an account: those that an admin gave it and, by upstream, what that says in names of its own. */
export interface Groups {
  own: string[];
  through: Readonly<Record<string, string[]>>;
}

/** Our record of a person. `id` is the subject. Its address counts for something only when `verifiedAt` is set. */
export interface Account {
  id: string;
  profile: Profile;
  locale?: Tag;
  groups: Groups;
  origin: Origin;
  /** The version of the terms that its person agreed to last. */
  termsVersion?: string;
  createdAt: Date;
  updatedAt: Date;
  disabledAt?: Date;
  /** Its person deleted it, and until then may take that back. */
  deleteAt?: Date;
  /** When everything it had open was ended last: what was proven before that counts for nothing. */
  provenFrom?: Date;
  /** Raised whenever what was proven of it before must not count any more. A proof counts while it is the same. */
  proofEpoch: number;
  /** It asks for a second step at every sign-in: a session without one is none. */
  secondStep: boolean;
  address?: Address & { verifiedAt?: Date };
}

/** Who made an account: its person on the sign-up page, a first sign-in through an upstream, or an admin. */
export type Origin = 'signup' | 'upstream' | 'admin';

/** What it takes to make an account. */
export interface NewAccount {
  address: Address;
  profile: Profile;
  locale?: Tag;
  origin: Origin;
  termsVersion?: string;
}

/** Names one subject of one issuer behind one upstream: the only key by which a returning person is known. */
export interface IdentityKey {
  upstreamId: string;
  issuer: string;
  subject: string;
}

/** What we keep about an identity: for its owner's eyes, and what the config asks for. */
export interface IdentityFacts {
  email?: string;
  /** The address is a forwarding alias that belongs to nobody else. */
  relay?: true;
  name?: string;
  /** Its groups there, in its own names, as far as the config asked for them. */
  groups?: string[];
  extra?: Record<string, string | boolean>;
}

/** An identity that is about to be joined to an account. */
export interface NewIdentity extends IdentityKey {
  facts: IdentityFacts;
  trust: Trust;
}

/** An upstream's subject that opens an account. */
export interface Identity extends NewIdentity {
  accountId: string;
  createdAt: Date;
  lastUsedAt: Date;
  /** Since its upstream said that the account there is disabled: it opens nothing. */
  suspendedAt?: Date;
}

/** Thrown when an address that was free when the transaction began was given to another account meanwhile. */
export class AddressTaken extends Error {
  constructor() {
    super('the address is taken');
    this.name = 'AddressTaken';
  }
}

/** Thrown when an identity already opens another account, or the account already has an identity of that upstream. */
export class IdentityTaken extends Error {
  constructor() {
    super('the identity is taken');
    this.name = 'IdentityTaken';
  }
}

/** Whether anybody may use the account: an admin did not disable it, and its person did not delete it. */
export function isUsable({ disabledAt, deleteAt }: Account): boolean {
  return disabledAt === undefined && deleteAt === undefined;
}

/**
 * Whether nobody ever proved the address of this account. A shell has no grants and no sessions, and gives way to whoever
 * proves the address. What an admin made is never a shell.
 */
export function isShell(account: Account): boolean {
  return account.origin !== 'admin' && account.address !== undefined && account.address.verifiedAt === undefined;
}

/** Whether an account leaves its address to whoever proves it. */
export function givesWay(account: Account): boolean {
  return isShell(account) && isUsable(account);
}

/**
 * Whether and how an account can be used: nobody signs in to one that is disabled or about to be deleted, and to an
 * unverified one only after a code.
 */
export const accountStates = ['active', 'unverified', 'disabled', 'deleting'] as const;

/** In which state an account is. */
export type AccountState = (typeof accountStates)[number];

/** The state of an account; the store lists by the same rule. */
export function stateOf({
  deleteAt,
  disabledAt,
  address,
}: Pick<Account, 'deleteAt' | 'disabledAt' | 'address'>): AccountState {
  if (deleteAt) return 'deleting';
  if (disabledAt) return 'disabled';
  return address && !address.verifiedAt ? 'unverified' : 'active';
}
