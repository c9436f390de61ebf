import type { Knex } from 'knex';
import type { Context, Middleware } from 'koa';
import type { Allow, Level } from '../clients/index.ts';
import type { Step, Sweep } from '../database/index.ts';
import type { SecurityEvent } from '../events/index.ts';
import type { Device, PublicDocument } from '../web/index.ts';
import type { AskedDetail } from './authorization_details/describe_detail.ts';
import type { App, Stranger } from './client_directory.ts';
import type { AskedRequest, RequestAnswer } from './ciba/door.ts';
import type { KeyRing, OidcDeps } from './deps.ts';
import type { Previewed, PreviewWish } from './preview/previewed.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import type { InitialTokens } from './registration/initial_tokens.ts';
import type { RequestedScopes } from './requested_scopes.ts';
import type { SessionIdentity } from './session_upstreams.ts';
import type { LifetimeSettings, ResourceSettings } from './settings.ts';

export type { RequestedScopes };

/** One prompt of one visit, as a page sees it. */
export interface Visit {
  uid: string;
  /** The same for all prompts of one trip. */
  reference: string;
  browserHash: string;
  prompt: { name: string; reasons: string[]; details: Record<string, unknown> };
  /** Whether another prompt of this trip was answered before. */
  continued: boolean;
  /** The authorization request, as the engine understood it. */
  params: Record<string, unknown>;
  client: VisitClient;
  /** Origin or scheme of the redirect URI: where a form of this visit may end (CSP form-action). */
  formTarget: string;
  /** The account of the session in which this prompt arose. */
  accountId?: string;
  /** That session, with all that we keep of how it came about. */
  session?: VisitSession;
  /** How surely its person must be proven: what the issuer, the client and its request ask for. */
  need: Level;
  /** How far the steps of this prompt got. Only the server writes it. */
  progress: Record<string, unknown>;
  /** What the client asks for: `missing` was not granted before. */
  scopes: { missing: RequestedScopes; granted: RequestedScopes };
  /** What it asks for in detail, each time anew (RFC 9396). */
  details: AskedDetail[];
}

/** The session in which a prompt arose, for whoever raises it. */
interface VisitSession {
  accountId: string;
  /** With the marks that no app learns. */
  methods: string[];
  /** The upstream through which it came. */
  upstreamId?: string;
  /** Seconds since 1970. */
  signedInAt: number;
  remember: boolean;
}

/** The app that a visit came from. */
interface VisitClient {
  id: string;
  name: string;
  uri?: string;
  logo?: string;
  policy_uri?: string;
  tos_uri?: string;
  first_party: boolean;
  /** The only ways in that this app takes; every way when absent. */
  upstreams?: string[];
  /** Whose accounts may use it; everybody's when absent. */
  allow?: Allow;
  /** Where people are sent back to, in short: a host name, or the scheme of an app; of a document, where it lies. */
  host: string;
  /** Nobody of the organisation has looked at it: it registered itself, or its id is the URL of a document of its own. */
  stranger?: Stranger;
}

/**
 * What a finished prompt says. `login`: this person, proven by these methods. `consent`: all that is missing is granted.
 * `provenAt` is when, in seconds since 1970; now when absent. `proofEpoch`: of the account, before the proof. `upstreamId`: the
 * upstream they came through; `through`: the identity there. `raised`: the session proved more of its person, whose first proof
 * is as old as before. Neither: the prompt is answered by going on with the account of the session.
 */
export interface VisitResult {
  login?: {
    accountId: string;
    amr: string[];
    remember: boolean;
    provenAt?: number;
    proofEpoch?: number;
    raised?: true | undefined;
    upstreamId?: string;
    through?: SessionIdentity | undefined;
  };
  consent?: true;
}

/** The page and the form of one prompt; a room registers one for each prompt that it answers. */
export interface PromptHandler {
  show(ctx: Context, visit: Visit): Promise<void>;
  submit(ctx: Context, visit: Visit): Promise<void>;
}

/** Who is signed in on a browser, since when and how. */
export interface Session {
  uid: string;
  accountId: string;
  /** Seconds since 1970. */
  signedInAt: number;
  amr: string[];
  acr?: string;
  /** What these methods come to. */
  level: Level;
}

/** A part of a list: so many, from where the page before ended. */
export interface Page {
  /** `next` of the page before; anything else begins anew. */
  after?: string;
  limit: number;
}

/** One session of an account, as a person tells it from others. */
export interface ListedSession extends Device {
  uid: string;
  signedInAt: Date;
  /** Exact to five minutes. */
  lastSeenAt: Date;
}

/** What an account allowed one client. */
export interface ListedGrant {
  clientId: string;
  scopes: RequestedScopes;
  givenAt: Date;
  /** Exact to five minutes; undefined when it was not used since that is kept. */
  lastUsedAt?: Date;
}

/** What an admin can do about apps that register themselves. */
export interface Registrations {
  tokens: InitialTokens;
  /** Ends one with its grants and tokens. False when there is none of this id. */
  remove(clientId: string): Promise<boolean>;
}

/** What can change while the process runs. */
interface Rebuildable {
  keys: KeyRing;
  lifetimes: LifetimeSettings;
  protocol: ProtocolSettings;
  resources: ResourceSettings[];
  require: Level;
  discovery: OidcDeps['discovery'];
}

/** The narrow face of the protocol engine. It never hands out the engine itself. */
export interface Oidc {
  /** Everything under /oidc and the discovery documents. */
  middleware: Middleware;
  /** A discovery document or the key set, once somebody has asked for it, as long as it holds. */
  document(path: string): PublicDocument | undefined;
  /** The visit of `ctx.params.uid`. IdpError interaction_expired, interaction_foreign or cookies_missing; notes the reference. */
  current(ctx: Context): Promise<Visit>;
  /** The same by uid, for an upstream's callback, which is on another path. */
  find(uid: string, browserHash: string | undefined): Promise<Visit>;
  /** Replaces the progress of a visit. IdpError interaction_expired when it is over. */
  progress(uid: string, progress: object): Promise<void>;
  /**
   * Ends a prompt once and returns the URL to go to. A second time returns the same URL when it says the same, else throws
   * IdpError interaction_expired: it never wins. `events` are kept and `deed` is done in the same transaction, when it is this
   * call that ends it. Where a decisive step of `deed` meets nothing, the prompt does not end, and the same is thrown.
   */
  finish(visit: Visit, result: VisitResult, events?: SecurityEvent[], deed?: Step[]): Promise<string>;
  /** Where a finished prompt leads, while nobody has gone there: a second press goes on like the first. */
  onward(uid: string, browserHash: string | undefined): Promise<string | undefined>;
  /** Ends a visit with a protocol error for the client; otherwise as `finish`. */
  abort(visit: Visit, error: 'access_denied'): Promise<string>;
  /** The session of this browser, or undefined: signed out, ended, or its account is not usable any more. */
  session(ctx: Context): Promise<Session | undefined>;
  /**
   * The session of this browser proved more by these methods: a factor was set up in it. It gets a new id, as after a login; the
   * browser is told with this answer, so that this comes last in its transaction. Rejects when the session is over.
   */
  raise(ctx: Context, within: Knex, methods: readonly string[]): Promise<void>;
  /** The authorize URL with which the visit of `ctx.params.uid` begins again, for 24 hours and in its own browser. */
  restart(ctx: Context, change?: { prompt?: string }): Promise<string | undefined>;
  /** Accounts that chose to stay signed in on a browser, newest first. */
  remembered(browserHash: string): Promise<string[]>;
  remember(browserHash: string, accountId: string): Promise<void>;
  /** Forgets one account of a browser, or all. */
  forget(browserHash: string, accountId?: string): Promise<void>;
  /**
   * Ends all sessions, grants and tokens of an account in one transaction, its own or the given one; the apps of those
   * sessions are told once that is committed: at once, or within two seconds when the transaction was given. The event of
   * a given transaction is the caller's.
   */
  endEverythingOf(accountId: string, within?: Knex): Promise<void>;
  /** The sessions of an account, the newest first, in one statement. */
  sessionsOf(accountId: string, page: Page): Promise<{ items: ListedSession[]; next?: string }>;
  /** What an account allowed its apps, the newest first, in one statement; `only` this client, or without `except`. */
  grantsOf(
    accountId: string,
    page: Page & { only?: string; except?: string },
  ): Promise<{ items: ListedGrant[]; next?: string }>;
  /** Ends a session of this account and what was issued in it, like signing out there. False when it has none of this uid. */
  endSession(accountId: string, uid: string): Promise<boolean>;
  /** The same for all sessions of an account but one, in its own transaction or the given one. False when there was no other. */
  endOtherSessions(accountId: string, keepUid: string, within?: Knex): Promise<boolean>;
  /**
   * Ends the sessions that came through an upstream, like signing out there: those of a person there, of one session there, or
   * of both; logins under way of `accountId` too. In the given transaction; returns how many.
   */
  endSessionsThrough(
    within: Knex,
    through: Pick<SessionIdentity, 'upstreamId' | 'issuer'> & { subject?: string; sid?: string; accountId?: string },
  ): Promise<number>;
  /** Takes back what an account allowed a client: its grant and every token below. False when there was nothing. */
  revokeGrant(accountId: string, clientId: string): Promise<boolean>;
  /** The tokens that a client would get for an account, issued over a store that ends with the call: nobody can use them. */
  preview(wish: PreviewWish): Promise<Previewed>;
  /** Apps by id, those that registered themselves included: for lists of what somebody allowed. Without those that are gone. */
  appsOf(ids: readonly string[]): Promise<Map<string, App>>;
  /** The apps that registered themselves, and the tokens with which they may. */
  registrations: Registrations;
  /** What apps ask of an account whose person is elsewhere (OpenID Connect CIBA), the newest first. */
  requestsOf(accountId: string): Promise<AskedRequest[]>;
  /** Answers one, once, in the name of this session: it is bound to what the app and the issuer ask of their people. */
  answerRequest(session: Session, id: string, decision: 'allow' | 'deny'): Promise<RequestAnswer>;
  /** Begins to tell apps of ended sessions, in the background. */
  start(): void;
  /** Resolves when nobody is being told any more. Who still should be, is told after the next start. */
  stop(): Promise<void>;
  /** What has expired, and apps that registered themselves and that nobody uses. */
  sweeps: readonly Sweep[];
  /** Serves later requests with other keys or settings. Throws, and changes nothing, when they do not fit. */
  rebuild(change: Partial<Rebuildable>): void;
  /**
   * The same in two steps: throws when they do not fit; what it returns is called in the same turn, or what changed meanwhile is
   * taken back.
   */
  prepare(change: Partial<Rebuildable>): () => void;
}
