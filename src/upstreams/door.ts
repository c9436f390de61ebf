import type { Sweep } from '../database/index.ts';
import type { SecurityEvent } from '../events/index.ts';
import type { FailureCode } from './failure.ts';
import type { Sender } from './lifecycle/notification.ts';
import type { UpstreamLogout } from './lifecycle/upstream_logout.ts';
import type { Linking, UpstreamSettings } from './settings.ts';
import type { Trip, TripPlan } from './transactions/transaction_store.ts';
import type { UpstreamIdentity, Wishes } from './upstream.ts';

/** One upstream as pages see it. */
export interface ListedUpstream {
  id: string;
  /** What people call it: the admin's label, else the preset's name, else the id. */
  name: string;
  preset: string;
  linking: Linking;
  /** People with an address of these domains come this way and, unless `localPasswords`, by no password of ours. */
  domains: readonly string[];
  localPasswords: boolean;
  available: boolean;
  /** The `prompt` with which it asks anew for an address that was declined; undefined where it does not. */
  askAgainPrompt?: string | undefined;
  /** Where a form that begins a trip ends, for the page's form-action. */
  origins: string[];
  simulated: boolean;
}

/** What came of a callback. */
export type Arrival =
  | { outcome: 'identified'; trip: Trip; identity: UpstreamIdentity }
  | { outcome: 'cancelled'; trip: Trip }
  /** We know who it is, but the config file keeps such people out. */
  | { outcome: 'denied'; trip: Trip }
  /** The upstream let us down; the trip is over. `reason` is for the log, never for the page. It takes nobody for `retryAfter` seconds. */
  | { outcome: 'failed'; trip?: Trip; code: FailureCode; reason: string; retryAfter: number }
  /** Nothing was consumed. `trip` only for the browser that began it, so that its visit can be restarted. */
  | {
      outcome: 'refused';
      code: 'interaction_expired' | 'interaction_foreign' | 'cookies_missing' | 'not_found' | 'method_not_allowed';
      trip?: Trip;
    }
  /** A form_post callback was stored: 303 to this URL, where the cookies come along. */
  | { outcome: 'resume'; url: string };

/** A callback at its end: whatever is not a step on the way there. */
export type TripEnd = Exclude<Arrival, { outcome: 'resume' }>;

/** What the room offers. */
export interface Upstreams {
  list(): ListedUpstream[];
  /**
   * Looks after them in the background from now on: metadata, keys, whether a paused one works again, and connections that have
   * ended here and are to be ended there.
   */
  start(): void;
  /** What people call an upstream; the id where it is not configured any more. */
  nameOf(id: string): string;
  /** What the names of groups at an upstream come to here; nothing where it is not configured any more. */
  groupsOf(id: string, names: readonly string[]): string[];
  /** Whether the way on which a visit came (`idp_chain` of its request) has led through this upstream already, or is too long. */
  leadsBack(id: string, chain: unknown): boolean;
  /** Begins a trip, together with what tells of it, and gives the URL to 303 to. IdpError `not_found`, `upstream_unavailable` (with how long, where it is known) or `upstream_misconfigured`. */
  begin(id: string, trip: TripPlan & Wishes, told?: SecurityEvent[]): Promise<string>;
  /** Takes a callback (or its resumption) to its end; see Arrival. */
  arrive(
    id: string,
    browserHash: string | undefined,
    method: 'GET' | 'POST',
    params: URLSearchParams,
  ): Promise<Arrival>;
  /** The upstream with this id, to verify what it sends with; undefined where there is none. */
  sender(id: string): Sender | undefined;
  logout: UpstreamLogout;
  /** Trips that ended more than a day ago, and notifications that cannot be sent again. */
  sweeps: readonly Sweep[];
  /** Makes ready for other upstreams, which count from the call of what it resolves with. Rejects when they contradict each other. */
  prepare(settings: UpstreamSettings[]): Promise<() => void>;
  close(): Promise<void>;
}
