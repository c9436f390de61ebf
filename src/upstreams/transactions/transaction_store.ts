import type { Step } from '../../database/index.ts';
import type { TripSecrets } from '../upstream.ts';

/** Whose trip it is. What stands here is a cookie's value or joins with one: it lies encrypted. */
export type Traveller =
  /** One visit's, to sign in. */
  | { purpose: 'login'; interactionUid: string }
  /** One visit's, to prove an account before another identity joins it; `link` names what waits there, and nothing else is joined. */
  | { purpose: 'link'; interactionUid: string; link: string }
  /** One session's: to connect an identity to the account of that session, and to no other. */
  | { purpose: 'connect'; accountId: string; sessionUid: string };

/** A trip as it begins. */
export type TripPlan = Traveller & {
  browserHash: string;
  /** Under which its events are found: the visit's reference, where there is a visit. */
  reference?: string;
};

/** What a trip is for and whose it is; comes back with the person. */
export type Trip = TripPlan & { upstreamId: string };

/** A trip of an account. */
export type AccountTrip = Extract<Trip, { purpose: 'connect' }>;

/** Why a transaction was not consumed. `trip` only when the browser is the one that began it. */
export type Refusal =
  | { reason: 'unknown' | 'other_upstream' | 'foreign_browser' | 'no_browser' }
  | { reason: 'expired' | 'used'; trip: Trip };

/** A trip that came to its callback, or why it did not. */
export type Consumed =
  | { ok: true; trip: Trip; secrets: TripSecrets; callback?: URLSearchParams }
  | ({ ok: false } & Refusal);

/** How a transaction is found again: by the state, or by the key of a stored form_post callback. */
type TransactionKey = { state: string } | { resume: string };

/** The trips that are under way. One-time: consumed by one conditional statement, kept until swept so that reuse is seen. */
export interface TransactionStore {
  /** The step that begins a trip. */
  creating(trip: Trip, secrets: TripSecrets): Step;
  /** Stores a form_post callback once and gives the key to go on with; undefined when the trip cannot take one (any more). */
  keepCallback(upstreamId: string, state: string, params: URLSearchParams): Promise<string | undefined>;
  /** Exactly one of any number of concurrent calls succeeds, and only from the browser that began the trip, before it expires. */
  consume(key: TransactionKey, upstreamId: string, browserHash: string | undefined): Promise<Consumed>;
}
