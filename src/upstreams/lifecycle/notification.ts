import type { UpstreamDefinition } from '../definition.ts';
import type { KeySet } from '../engines/key_set.ts';
import type { EventName } from './events.ts';

/** One account of an upstream, as identities are keyed. */
export interface IdentityKey {
  upstreamId: string;
  issuer: string;
  subject: string;
}

/** What an upstream's server posted to us. Nothing in it is believed before its dialect has verified it. */
export interface Sent {
  /** `deletion`: to the address for requests of deletion. */
  to: 'events' | 'deletion';
  /** The body of a POST, or the query of a GET. */
  body: string;
  authorization: string;
}

/** One thing that happened to one account there. */
export interface UpstreamEvent {
  name: EventName;
  /** Absent where the upstream names a session only, or nobody. */
  subject?: string;
  /** The session there that it is about, and no other. */
  sid?: string;
}

/** What was sent, verified. */
export interface Notification {
  events: UpstreamEvent[];
  /** What makes it this one, so that it counts once; absent where sending it again can do no harm. */
  once?: string;
}

/** An upstream, as far as what it sends can be verified with it. */
export interface Sender {
  definition: UpstreamDefinition;
  /** Its public keys. Throws UpstreamFailure as KeySet does. */
  keys(): Promise<KeySet>;
}

/** Seconds for which something sent may be on its way, tries again included; it is known again for as long. */
export const OLDEST_SECONDS = 7 * 86_400;
