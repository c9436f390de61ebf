import type { Knex } from 'knex';
import type { Step, Sweep } from '../database/index.ts';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { Account, AccountState, Identity, IdentityKey } from './account.ts';
import type { AccountLooks } from './account_store.ts';
import type { Arrival, Joined, Outcome, WaitingLink } from './arrival_door.ts';
import type { HeldGroup } from './groups.ts';
import type { Owner } from './hold_account.ts';
import type { Invitations } from './invitation.ts';
import type { LinkOrigin, MailedLinks } from './mailed_links.ts';

/** The visit that a proof belongs to: it counts only there, and only in that browser. */
export interface VisitBinding {
  /** Of the interaction's uid, which is a cookie's value: only its hash is kept beside proofs. */
  interactionHash: string;
  browserHash: string;
  reference?: string;
  /** The interaction's uid, sealed: a mailed link that is opened in the same browser leads back with it. */
  resume?: string;
  /** Whose mails these are: each client address may cause so many. */
  clientAddress: string;
}

/**
 * A code is on its way. Or too many mails went to the address, or were caused by the client; or it is over: the proof, or
 * what it was for, is no longer there. Says nothing about who has the address.
 */
export type Sent =
  | { ok: true; proofId: string }
  | { ok: false; reason: 'too_many'; retryAfter: number }
  | { ok: false; reason: 'over' };

/** Why a code does not count; `triesLeft` of this code. */
export interface CodeRefused {
  ok: false;
  reason: 'wrong' | 'expired' | 'too_many' | 'used';
  triesLeft: number;
  /** Seconds until another code may be tried, when the address had too many wrong ones. */
  retryAfter?: number;
}

/**
 * What became of the button behind a mailed link. `resume` is the sealed uid of the visit it belongs to, only for the
 * browser of that visit. `taken`: the address became somebody's meanwhile. `refused`: it may not have an account, or
 * not with the invitation that came along.
 */
export type Confirmed =
  | { ok: true; address: Address; resume?: string }
  | { ok: false; reason: 'expired' | 'used' | 'taken' }
  | { ok: false; reason: 'refused'; invited: boolean; reference?: string };

/** Whoever asked is told the same, whether a mail was sent or not; its link works for so many seconds. Too many are refused alike. */
export type ResetAsked = { ok: true; seconds: number } | { ok: false; reason: 'too_many'; retryAfter: number };

/** Whether the owner of an account gets the mail with which a new password is chosen, and else why not. */
export type ResetDecision = 'mailed' | 'nobody' | 'disabled' | 'outdated' | 'unverified';

/** Whose password a link changes, and the visit that asked for it. */
export interface Reset {
  account: Account;
  origin: Partial<LinkOrigin>;
}

/** A right code, and where it leads. */
export type Redeemed = CodeRefused | { ok: true; outcome: Outcome };

/** Somebody fills in the sign-up page. */
export interface SignUp {
  address: Address;
  name?: string;
  locale: Tag;
  /** One of both: what opens the account. */
  passwordHash?: string;
  passkey?: object;
  /** The id of an invitation: a use of it is taken when the account is made. */
  invitation?: string;
  /** The version of the terms that the person ticked. */
  termsVersion?: string;
}

/** On what occasion a person changes their account: the language of its mails, and how mails and events are found again. */
export interface Occasion {
  locale: Tag;
  reference?: string;
}

/** Whether an identity was taken away. `last`: it is the last way in. `unknown`: there is none (any more). */
export type Disconnected = { ok: true } | { ok: false; reason: 'last' | 'unknown' };

/** What an upstream's word asks for: of the identity, and as a mail to its owner. */
export interface Heeded {
  deed: 'keep' | 'disconnect' | 'delete-account' | 'suspend' | 'restore';
  mail?: 'withdrawn' | 'alarm' | undefined;
}

/** What notes a finished sign-in: a deed for the transaction that finishes it, and what can only follow. */
export interface SignInNote {
  deed: Step[];
  afterwards(): Promise<void>;
}

/** Looking accounts up. */
export interface AccountReading extends AccountLooks {
  /** Pages through all accounts, or those in one state, in the order of their ids. */
  list(page: { after?: string; limit: number; state?: AccountState }): Promise<Account[]>;
  /** The address that was verified last, as it is stored. */
  newestAddress(): Promise<string | undefined>;
  identities: {
    find(key: IdentityKey): Promise<Identity | undefined>;
    listOf(accountId: string): Promise<Identity[]>;
  };
  invitations: Pick<Invitations, 'list'>;
}

/** What the room offers: accounts, and every transaction that makes, joins or proves one. All times and locks are inside. */
export interface Accounts extends AccountReading {
  /** Every group of an account, as the config reads what its upstreams said last. */
  groupsOf(account: Pick<Account, 'groups'>): HeldGroup[];
  /** Local sign-up. The answer, the rows and the time are alike for a free and a taken address; only the mail differs. */
  signUp(signUp: SignUp, visit: VisitBinding): Promise<Sent>;
  /** Mails a code that verifies the account's own address (right password on a shell; decision `verify_address_first`). */
  verifyAddress(account: Account, locale: Tag, visit: VisitBinding): Promise<Sent>;
  /**
   * Applies the linking rule: in one transaction, unless the identity is known; what is `told` then, whoever asked writes. Throws
   * nothing that a person can cause.
   */
  arrive(arrival: Arrival, visit: VisitBinding): Promise<Outcome>;
  /** Decision `code_first`: mails a code to the address; the right one applies the rule again. */
  sendArrivalCode(arrival: Arrival, visit: VisitBinding): Promise<Sent>;
  /** The code way of `prove_then_join`: mails a code that joins this identity to this account, and to no other. */
  sendLinkCode(link: WaitingLink, visit: VisitBinding): Promise<Sent>;
  /**
   * Joins an identity to the account that was just proven by another way of `prove_then_join`. The owner of the account gets a
   * mail with a link that undoes it.
   */
  join(link: WaitingLink, about: Pick<VisitBinding, 'reference'>): Promise<Joined>;
  /** The same for whoever connects one on their own pages, whatever its address: since `signedInAt` it is their session. */
  connect(owner: Owner, arrival: Arrival, about: Pick<VisitBinding, 'reference'>): Promise<Joined>;
  /** Takes the identity of an upstream away from the account, in one transaction that also ends the proofs which would join it again. */
  disconnect(accountId: string, upstreamId: string, occasion: Occasion): Promise<Disconnected>;
  /** Does so for whoever holds an undo link, even with the last way in, and `also` in the same transaction. Undefined for a dead link. */
  undoJoin<Result>(
    token: string,
    occasion: Occasion,
    also: (within: Knex, accountId: string) => Promise<Result>,
  ): Promise<Result | undefined>;

  /**
   * Does what the upstream of an identity asks for, in the caller's transaction, which also ends what is open: even the last way
   * in is taken away, and the mail says how to get in. The account, or undefined when the identity opens none.
   */
  heedUpstream(within: Knex, key: IdentityKey, heeded: Heeded): Promise<string | undefined>;

  /** What notes a finished sign-in; its owner gets a mail when this account was never signed in to on that browser. */
  noteSignIn(account: Account, browser: Pick<VisitBinding, 'browserHash'> & Occasion): SignInNote;
  /** Whether whoever has this address was ever signed in to on the browser, or proved their mailbox there. */
  knowsBrowser(canonical: string, browserHash: string): Promise<boolean>;
  /** Its owner proved their mailbox on this browser, and is known there from now on. */
  noteKnownBrowser(within: Knex, accountId: string, browserHash: string): Promise<void>;

  codes: {
    /** Starts the same sign-up with another address; the code and the link of the first one are dead. */
    changeAddress(proofId: string, address: Address, visit: VisitBinding): Promise<Sent>;
    /** Who was made or verified by the mailed link, in whichever browser that was opened; undefined as long as nobody was. */
    confirmed(proofId: string, visit: VisitBinding): Promise<Account | undefined>;
    /** A new code to the same address; the old one is dead. At most one a minute. */
    resend(proofId: string, visit: VisitBinding): Promise<Sent>;
    /** Checks a code; the right one is consumed and does what it is for, in one transaction. */
    redeem(proofId: string, code: string, visit: VisitBinding): Promise<Redeemed>;
  };

  /** The links in our mails; what each is for decides who makes and consumes it. */
  links: MailedLinks;
  /** What is known of the link of a verification mail, without changing anything. Undefined for a link that never was one. */
  lookAtConfirmation(token: string): Promise<{ state: 'usable' | 'used' | 'expired'; address: Address } | undefined>;
  /** The button behind the link of a verification mail: does what the code of that mail would have done, without its browser. */
  confirm(token: string, browserHash: string | undefined): Promise<Confirmed>;
  invitations: Invitations;

  /**
   * "Forgot password?": mails a link to the stored address of whoever has this one. Answer, rows and time are alike for
   * addresses of nobody, of the disabled and the unverified, who get no mail; the event tells an admin which.
   */
  recover(address: Address, visit: VisitBinding, locale: Tag): Promise<ResetAsked>;
  /** The same for an account whose owner asked from within it, or by a link mailed to them. The token is in nothing but the mail. */
  startReset(accountId: string, asked: { reference?: string; locale: Tag }): Promise<ResetDecision>;
  /** The path on which somebody chooses a new password who has just proven the account's mailbox. Rejects where there is none. */
  issueReset(within: Knex, accountId: string): Promise<string>;
  /** What the link is worth, without changing anything. Undefined for one that never was, or whose account is gone. */
  lookAtReset(token: string): Promise<{ state: 'usable' | 'used' | 'expired'; account: Account } | undefined>;
  /**
   * Consumes the link for exactly one caller, verifies the address it was mailed to, and drops what is pending. The
   * caller sets the password in the same transaction.
   */
  redeemReset(within: Knex, token: string): Promise<Reset | undefined>;
  /**
   * Holds the account until the transaction ends; false when it is gone. Whoever changes what opens it, such as its
   * password, begins with this, so that nobody waits in a circle.
   */
  hold(within: Knex, accountId: string): Promise<boolean>;
  /** Drops what waits for a mail of this account: codes, links for a password or another address. Links that undo stay. */
  dropPending(within: Knex, accountId: string): Promise<void>;
  /** What was proven of the account before counts for nothing; part of ending everything it has open. */
  forgetProofs(within: Knex, accountId: string): Promise<void>;
  /** The same where its person stays signed in: a way in or a second factor was taken away. */
  dropProofs(within: Knex, accountId: string): Promise<void>;
  /** Whether anything opens the account, as this transaction sees it: whoever takes a way in away looks afterwards, and takes it back. */
  hasWayIn(within: Knex, accountId: string): Promise<boolean>;
  /**
   * From now on the account asks for a second step at every sign-in, or not any more. Sessions without one are none while it does.
   * False when it was so already.
   */
  setSecondStep(within: Knex, accountId: string, on: boolean): Promise<boolean>;

  /** Notes that the person of an account agreed to this version of the terms. */
  acceptTerms(id: string, version: string): Promise<void>;

  /**
   * Accounts whose deletion cannot be undone any more, which are buried; proofs and links that ended more than a day ago (until
   * then a new code can be sent for them), invitations that ended long ago, and browsers that nobody can come back with.
   */
  sweeps: readonly Sweep[];
}
