import type { JWK } from 'jose';
import type { Knex } from 'knex';
import type { Context } from 'koa';
import type { Accounts } from '../accounts/index.ts';
import type { Clients, Level } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordDeed, RecordEvent } from '../events/index.ts';
import type { Keys } from '../keys/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { Web } from '../web/index.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import type { SessionIdentity } from './session_upstreams.ts';
import type { LifetimeSettings, ResourceSettings } from './settings.ts';

/** The accounts, as far as the protocol needs them. */
export interface AccountDirectory {
  /** Undefined for an account that is unknown or deleted. */
  find(id: string): Promise<DirectoryEntry | undefined>;
  /** Every group of an account, as the config reads what its upstreams said last. */
  groupsOf: Accounts['groupsOf'];
  /** What was proven of the account before counts for nothing: the first step, and the lock, of ending everything. */
  forgetProofs(within: Knex, id: string): Promise<void>;
}

/** What the protocol needs to know of one account. */
export interface DirectoryEntry {
  id: string;
  /** False for a disabled account: no session, no token. */
  usable: boolean;
  /** A login before this instant counts for nothing. */
  provenFrom?: Date;
  /** It asks for a second step: a session without one is none. */
  secondStep: boolean;
  /** Standard claims (OIDC Core 5.1) without `sub`; the engine picks those that the scopes allow. */
  claims(): Record<string, unknown>;
}

/** The pages of RP-Initiated Logout 1.0. */
export interface LogoutPages {
  /** "Sign out?": a form that posts `xsrf` and `logout=yes` to `action`. */
  question(ctx: Context, page: { action: string; xsrf: string; app?: string; formTargets: string[] }): Promise<void>;
  signedOut(ctx: Context, page: { app?: string; appUri?: string }): Promise<void>;
}

/** Why the form for a device's code is shown again. `wrong`: nobody's, too old, or used; nobody learns which. */
export type DeviceRefusal = 'missing' | 'wrong' | 'stale';

/** The pages of the device flow (RFC 8628 3.3). Each form posts to `action`, with `xsrf`. */
export interface DevicePages {
  /** A form that posts `user_code`. */
  enter(
    ctx: Context,
    page: { action: string; xsrf: string; code: string; refusal?: DeviceRefusal | { retryAfter: number } | undefined },
  ): Promise<void>;
  /** The question whether this app on a device may go on: posts `user_code`, and `confirm=yes` or `abort=yes`. */
  confirm(
    ctx: Context,
    page: {
      action: string;
      xsrf: string;
      code: string;
      app: string;
      appUri?: string | undefined;
      logo?: string | undefined;
      place?: string | undefined;
      askedAt: Date;
    },
  ): Promise<void>;
  done(ctx: Context, how: 'connected' | 'stopped'): Promise<void>;
}

/** Who is asked by an app while they are elsewhere (OpenID Connect CIBA), and how they are told. */
export interface AskedPeople {
  /** Whom a client means by an address that was proven, or by a subject; undefined for whoever cannot be asked. */
  find(hint: string): Promise<string | undefined>;
  /** What tells them, in the transaction that it is given. Without an account nobody is told, in the same time. */
  tell(request: {
    accountId?: string | undefined;
    hint: string;
    app: string;
    reference: string;
  }): Promise<(within: Knex) => Promise<void>>;
  /** After the transaction. */
  told(): void;
}

/** Keys as the engine uses them. */
export type KeyRing = Pick<Keys, 'cookieKeys' | 'sealer'> & { signingKeys(): JWK[] };

/** What the room needs. */
export interface OidcDeps {
  /** Origin of the issuer: no path, no trailing slash. */
  issuer: string;
  /** Whoever hears of an error is a developer then, and learns all of it. */
  development?: boolean;
  database: Database;
  keys: KeyRing;
  clients: Pick<Clients, 'find' | 'mentions'>;
  web: Pick<
    Web,
    | 'browser'
    | 'clientAddress'
    | 'clientCertificate'
    | 'cookies'
    | 'device'
    | 'fail'
    | 'note'
    | 'rawForm'
    | 'redirect'
    | 'referenceOf'
    | 't'
  >;
  accounts: AccountDirectory;
  record: RecordEvent;
  recordDeed: RecordDeed;
  lifetimes: LifetimeSettings;
  protocol: ProtocolSettings;
  /** How surely everybody must be proven. */
  require: Level;
  resources: ResourceSettings[];
  pages: LogoutPages;
  devicePages: DevicePages;
  asked: AskedPeople;
  /** Counts those who guess the code of a device, those who are asked, and registrations. */
  limits: Pick<RateLimiter, 'take' | 'giveBack'>;
  /** The guarded HTTP client: back-channel logout, a client's jwks_uri. */
  outboundFetch: typeof fetch;
  /** For apps that nobody has looked at: a client that reaches public addresses alone, and this machine where `loopback` says so. */
  strangers: { fetch: typeof fetch; loopback(): boolean };
  logger: Logger;
  /** Where people go on to after signing out here, to sign out at the upstream they came through; from there back to `to`. */
  upstreamLogout?(who: SessionIdentity, to: string): Promise<string | undefined>;
  /** 32 bytes that never change: subjects of pairwise clients (OIDC Core 8.1). Absent: no pairwise subjects. */
  subjectSalt?: Buffer;
  /** Further members of the discovery document. */
  discovery?: { ui_locales_supported?: string[]; op_policy_uri?: string; op_tos_uri?: string };
}
