import type { JWTPayload } from 'jose';
import type { Vouched } from './assurance.ts';
import type { UpstreamDefinition } from './definition.ts';
import type { Trust } from './mapping/mapping.ts';

/** The secrets of one trip, all of 256 random bits, and what else its callback is held against. */
export interface TripSecrets {
  state: string;
  nonce: string;
  /** PKCE, RFC 7636. */
  verifier: string;
  /** The earliest login there that counts, in seconds since 1970, where the person was to sign in anew. */
  freshFrom?: number | undefined;
}

/** What a page would like the upstream to know or to do. */
export interface Wishes {
  loginHint?: string | undefined;
  prompt?: string | undefined;
  uiLocales?: string | undefined;
  /** Seconds, as the app wrote them (OIDC Core 3.1.2.1). */
  maxAge?: string | undefined;
  acrValues?: string | undefined;
  /** How surely the person must be proven; asked for in the upstream's words where the config file knows them. */
  need?: Vouched | undefined;
  /** Through which issuers the visit came: chain.ts. */
  chain?: string | undefined;
}

/** What a callback said. */
export type CallbackOutcome = { outcome: 'ok'; code: string } | { outcome: 'cancelled' };

/** What a code was exchanged for. `claims` are those of a verified ID token. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  claims?: JWTPayload;
}

/** Who came back, as far as the upstream can be believed. (`issuer`, `subject`) is what identifies; everything else may change. */
export interface UpstreamIdentity {
  issuer: string;
  subject: string;
  email?: { value: string; trust: Trust; relay: boolean };
  name?: string;
  givenName?: string;
  familyName?: string;
  picture?: string;
  /** Its groups there that the config file knows, in its own names. */
  groups?: string[];
  /** The session there, where the upstream names it (Back-Channel Logout 1.0, 2.1). */
  sid?: string;
  /** How surely the person was proven there, where the config file trusts its word. */
  vouches?: Vouched;
  /** Further attributes that the config asks to keep. */
  extra: Record<string, string | boolean>;
}

/** Somebody, or somebody who may not come in through this upstream (`restrict`, `tenant`, `allowed_domains`). */
export type Identified =
  /** `badAddress`: what came as their address is none, and was left out. */
  { outcome: 'identified'; identity: UpstreamIdentity; badAddress?: true | undefined } | { outcome: 'denied' };

/** One upstream at work. Every method that talks to it fails with UpstreamFailure or OutboundError and nothing else of its own. */
export interface Upstream {
  readonly definition: Readonly<UpstreamDefinition>;
  /** Whether a trip can begin now. */
  available(): boolean;
  /** Seconds until anything is asked of it again; 0 while it is. */
  pausedFor(): number;
  /** The origin on which a trip begins, for the page's form-action; the issuer's while discovery has not answered. */
  origin(): string;
  /** The authorization URL. */
  begin(secrets: TripSecrets, wishes: Wishes): Promise<string>;
  /** Reads a callback; throws UpstreamFailure when it is an error or none at all. */
  parseCallback(params: URLSearchParams): CallbackOutcome;
  /** Redeems the code, once; an ID token in the answer was verified when this resolves. */
  exchange(code: string, secrets: TripSecrets): Promise<Tokens>;
  /** Who came back; the callback once more, for upstreams that send a name with it. */
  identify(tokens: Tokens, callback: URLSearchParams): Promise<Identified>;
}
