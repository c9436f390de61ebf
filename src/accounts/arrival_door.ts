import type { Step } from '../database/index.ts';
import type { SecurityEvent } from '../events/index.ts';
import type { Address } from '../kit/addresses.ts';
import type { Tag } from '../locales/index.ts';
import type { Account } from './account.ts';
import type { Trust, Ways } from './linking.ts';

/**
 * What a proof changes and what tells of it. Nothing of it is written yet: whoever goes on with it does so in one transaction,
 * with the end of the visit where that comes at once.
 */
export interface Told {
  deed: Step[];
  events: SecurityEvent[];
  /** The account was known on this browser before. */
  known?: boolean;
}

/** Where an arrival or a right code leads. With an account: sign it in. `address_taken`: the account exists, sign in there. */
export type Outcome =
  | { decision: 'sign_in' | 'join'; account: Account; told?: Told }
  /** `invitation`: the id of the one whose use was taken. */
  | { decision: 'create_verified' | 'replace_shell'; account: Account; invitation?: string }
  | { decision: 'verify_address_first'; account: Account; told?: Told }
  | ({ decision: 'prove_then_join'; account: Account; ways: Ways } & WaitingLink)
  | { decision: 'code_first'; address: Address; arrival: Arrival }
  | { decision: 'ask_address'; arrival: Arrival }
  | { decision: 'refuse_disabled' | 'refuse_neutral' | 'refuse_signup' | 'refuse_upstream' | 'address_taken' };

/**
 * An identity that waits until the account is proven, kept by the visit in which it arrived. It waits in vain once the account
 * has another address or password, or anything of it was ended or disconnected: `stamp` says what it was like.
 */
export interface WaitingLink {
  accountId: string;
  arrival: Arrival;
  /** A mailed code of this visit proved the address already. */
  provenByCode: boolean;
  stamp: string;
}

/** What an upstream says about a person; the part of its identity that this room reads. */
export interface ArrivingIdentity {
  issuer: string;
  subject: string;
  /** `relay`: a forwarding alias that belongs to nobody else. */
  email?: { value: string; trust: Trust; relay?: boolean };
  name?: string;
  givenName?: string;
  familyName?: string;
  picture?: string;
  /** The session there. */
  sid?: string;
  /** Its groups there, in its own names, as far as the config asks for them. */
  groups?: string[];
  /** Further attributes that the config asks to keep, by name. */
  extra?: Record<string, string | boolean>;
}

/** Somebody comes back from an upstream, perhaps with an address typed on "One more thing" because it brought none. */
export interface Arrival {
  upstreamId: string;
  identity: ArrivingIdentity;
  typed?: { address: Address; name?: string };
  locale: Tag;
  /** The id of an invitation: a use of it is taken if an account is made. */
  invitation?: string;
}

/**
 * Whether an identity is joined now. `outdated`: the proof does not hold any more. `unverified`: the address of the account
 * still needs a code. `taken`: the identity opens another account. `upstream_taken`: the account has another identity of this
 * upstream. `unusable`: it is no key.
 */
export type Joined =
  | { ok: true; account: Account }
  | { ok: false; reason: 'disabled' | 'outdated' | 'unverified' | 'taken' | 'upstream_taken' | 'unusable' };
