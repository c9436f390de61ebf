import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';

/** What web notes about a request in `ctx.state`, and what rooms may note there for it. */
export interface RequestState {
  /** Ours; also the header X-Request-Id of the answer. */
  requestId: string;
  /** The path as it arrived, without the query. */
  path: string;
  /** As far as trusted_hops reaches; '' when the peer has none (a unix socket). */
  clientAddress: string;
  /** The browser's binding secret once `ensure` has made one in this very request. */
  binding?: string;
  /** Set by a room: the reference of the visit. */
  reference?: string;
  /** Set by a room: the client's `ui_locales`. */
  uiLocales?: string;
  /** Set by a room: the locale of the account's profile. */
  accountLocale?: string;
  /** Set by a room: the one button of an error page, in place of ours. */
  primary?: { label: string; href: string };
  /** Set by a room that is not on the router: its route pattern, for the log and the metrics. */
  route?: string;
}

// The protocol engine is a Koa application of its own and makes a second context for the same request. What web keeps
// belongs to the first one; it is found again through the request itself.
const first = new WeakMap<IncomingMessage, Koa.Context>();

/** Makes this context the one that owns the request's state. */
export function adopt(ctx: Koa.Context): void {
  first.set(ctx.req, ctx);
}

/** The context that passed through our own plumbing, whichever application's context is given. */
export function ownContext(ctx: Koa.Context): Koa.Context {
  return first.get(ctx.req) ?? ctx;
}

/** The state of the request, to write to. */
export function stateOf(ctx: Koa.Context): RequestState {
  // Koa types state as any; this is the one place that gives it a shape.
  return ownContext(ctx).state;
}

/** What a room noted, in our context or in the protocol engine's. */
export function noted<Key extends keyof RequestState>(ctx: Koa.Context, key: Key): RequestState[Key] | undefined {
  return (ctx.state as Partial<RequestState>)[key] ?? stateOf(ctx)[key];
}
