import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Knex } from 'knex';
import type { Account, Occasion } from '../accounts/index.ts';
import type { Sweep } from '../database/index.ts';

/**
 * What a challenge is asked for. One that was made for one purpose counts for no other. `upgrade`: the browser makes a passkey by
 * itself after a password; nobody is asked, so nobody need be verified (WebAuthn L3 5.1.3, conditional).
 */
export type Purpose = 'sign_in' | 'second_factor' | 'link' | 'sign_up' | 'enrol' | 'upgrade' | 'add';

/** What a challenge is bound to: it counts only there. */
export interface Binding {
  purpose: Purpose;
  browserHash: string;
  /** The uid of the visit, or of the session: kept as a hash. */
  uid: string;
  /** Whose passkey it must be, or become; without it whoever has one is asked. */
  accountId?: string;
}

/** Who answers: for events, and for the mail about a key that may have been copied. */
export interface About extends Occasion {
  clientId?: string;
  /** Counts the refused tries. */
  clientAddress: string;
}

/** How somebody was proven, in words of RFC 8176: a synced or a device-bound key, and that the person was verified. */
export type PasskeyMethods = ['swk' | 'hwk', 'user'];

/**
 * A passkey signed, or it does not count. `account` is as it was before the proof, for whoever asks later whether that still holds.
 * `unknown`: we have no such passkey, and the browser may forget it.
 */
export type Proof =
  | { ok: true; account: Account; methods: PasskeyMethods }
  | { ok: false; reason: 'refused' }
  | { ok: false; reason: 'unknown'; credentialId: string }
  | { ok: false; reason: 'throttled'; retryAfter: number };

/** A passkey that was made and not yet added to an account. Holds no secret: it may wait in a row for a mailed code. */
export interface NewPasskey {
  credentialId: string;
  /** COSE, as base64url. */
  publicKey: string;
  signCount: number;
  aaguid: string;
  transports: string[];
  backupEligible: boolean;
  backedUp: boolean;
  userHandle: string;
}

/** A passkey was made, or its answer does not count. */
export type Made =
  | { ok: true; passkey: NewPasskey; methods: PasskeyMethods }
  | { ok: false; reason: 'refused' }
  | { ok: false; reason: 'throttled'; retryAfter: number };

/** For whom a passkey is added, as they were when they were proven. */
export interface Enrolment {
  account: Account;
  about: About;
  also?: (within: Knex) => Promise<void>;
}

/** What came of adding one. `stale`: the proof does not hold any more. `full`: there are as many as there may be. */
export type Enrolled =
  | { ok: true; methods: PasskeyMethods }
  | { ok: false; reason: 'refused' | 'stale' | 'full' }
  | { ok: false; reason: 'throttled'; retryAfter: number };

/** `taken`: the credential belongs to an account already. `full`: the account has as many as it may have. */
export type Added = 'added' | 'taken' | 'full';

/** A passkey of an account, as its person sees it. */
export interface Passkey {
  credentialId: string;
  /** What its person called it; else who keeps it, as far as that is known. */
  name?: string;
  provider?: string;
  /** It may be copied to other devices of its person. */
  synced: boolean;
  createdAt: Date;
  lastUsedAt?: Date;
}

/** For the Signal API: which passkeys of an account still count (WebAuthn L3 5.1.10). */
export interface Accepted {
  rpId: string;
  userId: string;
  allAcceptedCredentialIds: string[];
}

/** For whom a passkey is made. */
export interface Owner {
  /** What the authenticator shows: the address, and the name where there is one. */
  name: string;
  displayName?: string;
}

/** What the room offers. Every proof and every new passkey needs a challenge that was asked for on the same page before. */
export interface Passkeys {
  /** Whether there can be passkeys: browsers bind them to names, never to an IP address. */
  available: boolean;
  rpId: string;
  /** Whether a passkey is offered after a sign-in with a password. */
  offersOne: boolean;
  listOf(accountId: string): Promise<Passkey[]>;
  has(accountId: string, within?: Knex): Promise<boolean>;
  /** Options for the browser, with a fresh challenge. Lists passkeys only for an account that the caller has proven. */
  askFor(binding: Binding): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Checks what the browser answered, as JSON. Its challenge is used up, whatever comes out. */
  prove(binding: Binding, answer: string, about: About): Promise<Proof>;
  /** Options for a new passkey, of the account of the binding, or of none yet. */
  newFor(binding: Binding, owner: Owner): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Checks what the browser made; nothing is added yet. */
  made(binding: Binding, answer: string, about: About): Promise<Made>;
  /**
   * The same, and adds it to the account of the binding, with the notice to its owner and what the caller does `also`, in one
   * transaction.
   */
  enrol(binding: Binding, answer: string, enrolment: Enrolment): Promise<Enrolled>;
  /** False when there is none (any more). */
  rename(accountId: string, credentialId: string, name: string): Promise<boolean>;
  /** Takes one away and tells its owner. The caller has looked whether it is the last way in, and drops the proofs. */
  remove(within: Knex, account: Account, credentialId: string, occasion: Occasion): Promise<boolean>;
  /** Without a notice: for whoever shuts somebody out, and says so in a mail of their own. */
  removeAll(within: Knex, accountId: string): Promise<void>;
  /** Undefined for an account that never had one. */
  accepted(accountId: string): Promise<Accepted | undefined>;
  offers: Offers;
  /** Challenges that nobody answered in time. */
  sweeps: readonly Sweep[];
}

/** The page that offers a passkey after a sign-in: kept as soon as it is shown, so that it never nags. */
export interface Offers {
  /** True once in 90 days, for an account without a passkey whose person did not say "Don't ask again". */
  take(accountId: string): Promise<boolean>;
  never(accountId: string): Promise<void>;
}
