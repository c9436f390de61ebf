import type { Knex } from 'knex';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { Account, Identity, IdentityKey, NewAccount, NewIdentity, Profile } from './account.ts';
import type { Linking, LinkingDecision, Trust, Ways } from './linking.ts';

/** What the rooms of the factors, which stand above this one, do for it inside its transactions. app.ts passes it in. */
export interface Factors {
  setPassword(transaction: Knex.Transaction, accountId: string, passwordHash: string): Promise<void>;
  hasPassword(transaction: Knex.Transaction, accountId: string): Promise<boolean>;
  hasSecondFactor?(transaction: Knex.Transaction, accountId: string): Promise<boolean>;
}

/** What the config says at this moment. */
export interface AccountPolicy {
  /** Undefined for an upstream that is not (or no longer) configured: nobody gets in through it. */
  upstream(id: string): { name: string; linking: Linking } | undefined;
  /** Whether somebody with this canonical address may make an account. */
  mayCreate(canonical: string): boolean;
}

/** The visit that a proof belongs to: it counts only there, and only in that browser. */
export interface VisitBinding {
  interactionUid: string;
  browserHash: string;
  reference?: string;
}

/** A code is on its way, or the address got too many mails. Says nothing about who has the address. */
export type Sent = { ok: true; proofId: string } | { ok: false; reason: 'too_many' | 'expired'; retryAfter: number };

/** Why a code does not count; `triesLeft` of this code. */
export interface CodeRefused {
  ok: false;
  reason: 'wrong' | 'expired' | 'too_many' | 'used';
  triesLeft: number;
  /** Seconds until another code may be tried, when the address had too many wrong ones. */
  retryAfter?: number;
}

/** A right code, and where it leads. */
export type Redeemed = CodeRefused | { ok: true; outcome: Outcome };

/** Where an arrival or a right code leads. With an account: sign it in. `address_taken`: the account exists, sign in there. */
export type Outcome =
  | { decision: 'sign_in' | 'create_verified' | 'replace_shell' | 'join'; account: Account }
  | { decision: 'verify_address_first'; account: Account }
  | { decision: 'prove_then_join'; account: Account; arrival: Arrival; ways: Ways; provenByCode: boolean }
  | { decision: 'code_first'; address: Address }
  | {
      decision:
        | 'ask_address'
        | 'refuse_disabled'
        | 'refuse_neutral'
        | 'refuse_signup'
        | 'refuse_upstream'
        | 'address_taken';
    };

/** What an upstream says about a person; the part of its identity that this room reads. */
export interface ArrivingIdentity {
  issuer: string;
  subject: string;
  email?: { value: string; trust: Trust };
  name?: string;
  givenName?: string;
  familyName?: string;
  picture?: string;
}

/** Somebody comes back from an upstream, perhaps with an address typed on "One more thing" because it brought none. */
export interface Arrival {
  upstreamId: string;
  identity: ArrivingIdentity;
  typed?: { address: Address; name?: string };
  locale: Tag;
}

export interface SignUp {
  address: Address;
  name?: string;
  locale: Tag;
  passwordHash: string;
}

export type Joined = { ok: true; account: Account } | { ok: false; reason: 'disabled' | 'unverified' | 'taken' };

/** Looking accounts up. */
export type AccountReading = Pick<Accounts, 'find' | 'findByAddress' | 'list'> & {
  identities: Pick<Accounts['identities'], 'find' | 'listOf'>;
};

/** Accounts, and every transaction that makes, joins or proves one. All times and locks are inside. */
export interface Accounts {
  /** By subject; undefined for an unknown or deleted account. A disabled one is found. */
  find(id: string): Promise<Account | undefined>;
  findByAddress(canonical: string): Promise<Account | undefined>;
  /** Pages through all accounts in the order of their ids. */
  list(page: { after?: string; limit: number }): Promise<Account[]>;
  /** Makes an account whose address counts as verified; undefined when the address is taken. */
  createVerified(account: NewAccount & { identity?: NewIdentity; passwordHash?: string }): Promise<Account | undefined>;
  updateProfile(id: string, profile: Profile, locale?: Tag): Promise<void>;
  disable(id: string): Promise<void>;
  enable(id: string): Promise<void>;
  /** Deletes the account with everything attached to it, and keeps its id from ever being used again. */
  bury(id: string): Promise<void>;

  identities: {
    find(key: IdentityKey): Promise<Identity | undefined>;
    listOf(accountId: string): Promise<Identity[]>;
    /** Takes an identity away; open link proofs of the account die with it. False when it was not there. */
    unlink(accountId: string, upstreamId: string): Promise<boolean>;
  };

  /** Local sign-up. The answer, the rows and the time are alike for a free and a taken address; only the mail differs. */
  signUp(signUp: SignUp, visit: VisitBinding): Promise<Sent>;
  /** Mails a code that verifies the account's own address (right password on a shell; decision `verify_address_first`). */
  verifyAddress(account: Account, locale: Tag, visit: VisitBinding): Promise<Sent>;
  /** Applies the linking rule in one transaction. Throws nothing that a person can cause. */
  arrive(arrival: Arrival, visit: VisitBinding): Promise<Outcome>;
  /** Decision `code_first`: mails a code to the address; the right one applies the rule again. */
  sendArrivalCode(arrival: Arrival, visit: VisitBinding): Promise<Sent>;
  /** The code way of `prove_then_join`: mails a code that joins this identity to this account, and to no other. */
  sendLinkCode(accountId: string, arrival: Arrival, visit: VisitBinding): Promise<Sent>;
  /** The other ways of `prove_then_join`, once the person proved the account with its password or an upstream that opens it. */
  join(accountId: string, arrival: Arrival, proof: { provenByCode: boolean }, visit: VisitBinding): Promise<Joined>;

  codes: {
    /** A new code to the same address; the old one is dead. At most one a minute. */
    resend(proofId: string, visit: VisitBinding): Promise<Sent>;
    /** Checks a code; the right one is consumed and does what it is for, in one transaction. */
    redeem(proofId: string, code: string, visit: VisitBinding): Promise<Redeemed>;
  };
}

export type { LinkingDecision };
