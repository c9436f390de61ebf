import type { JWK } from 'jose';
import type { Knex } from 'knex';
import type { Context } from 'koa';
import type { ClientMetadata, Level } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { RecordDeed, RecordEvent } from '../events/index.ts';
import type { Keys } from '../keys/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { Web } from '../web/index.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import type { SessionIdentity } from './session_upstreams.ts';
import type { LifetimeSettings, ResourceSettings } from './settings.ts';

/** The accounts, as far as the protocol needs them. */
export interface AccountDirectory {
  /** Undefined for an account that is unknown or deleted. */
  find(id: string): Promise<DirectoryEntry | undefined>;
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
  claims: Record<string, unknown>;
}

/** The pages of RP-Initiated Logout 1.0. */
export interface LogoutPages {
  /** "Sign out?": a form that posts `xsrf` and `logout=yes` to `action`. */
  question(ctx: Context, page: { action: string; xsrf: string; app?: string; formTargets: string[] }): Promise<void>;
  signedOut(ctx: Context, page: { app?: string; appUri?: string }): Promise<void>;
}

/** Keys as the engine uses them. */
export type KeyRing = Pick<Keys, 'cookieKeys' | 'sealer'> & { signingKeys(): JWK[] };

/** What the room needs. */
export interface OidcDeps {
  /** Origin of the issuer: no path, no trailing slash. */
  issuer: string;
  database: Database;
  keys: KeyRing;
  clients: { find(id: string): ClientMetadata | undefined };
  web: Pick<Web, 'browser' | 'cookies' | 'device' | 'fail' | 'note' | 'rawForm' | 'redirect' | 'referenceOf' | 't'>;
  accounts: AccountDirectory;
  record: RecordEvent;
  recordDeed: RecordDeed;
  lifetimes: LifetimeSettings;
  protocol: ProtocolSettings;
  /** How surely everybody must be proven. */
  require: Level;
  resources: ResourceSettings[];
  pages: LogoutPages;
  /** The guarded HTTP client: back-channel logout, a client's jwks_uri. */
  outboundFetch: typeof fetch;
  logger: Logger;
  /** Where people go on to after signing out here, to sign out at the upstream they came through; from there back to `to`. */
  upstreamLogout?(who: SessionIdentity, to: string): Promise<string | undefined>;
  /** 32 bytes that never change: subjects of pairwise clients (OIDC Core 8.1). Absent: no pairwise subjects. */
  subjectSalt?: Buffer;
  /** Further members of the discovery document. */
  discovery?: { ui_locales_supported?: string[]; op_policy_uri?: string; op_tos_uri?: string };
}
