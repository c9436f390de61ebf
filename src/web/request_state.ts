import type Koa from 'koa';
import type { ClientCertificate } from './client_certificate.ts';
import type { Device } from './device.ts';

/** What a room may note about a request, for its page, its error page, its language and its log line. */
export interface Notes {
  /** The reference of the visit. */
  reference?: string;
  /** The one button of an error page, in place of ours. */
  primary?: { label: string; href: string };
  /** The client's `ui_locales`. */
  uiLocales?: string;
  /** The locale of the account's profile. */
  accountLocale?: string;
  /** The route pattern of a room that is not on the router. */
  route?: string;
}

/** All that is kept about a request while it is answered. */
interface RequestState extends Notes {
  /** Ours; also the header X-Request-Id of the answer. */
  requestId: string;
  /** The path as it arrived, without the query. */
  path: string;
  /** As far as trusted_hops reaches; '' when the peer has none (a unix socket). */
  clientAddress: string;
  /** What the proxy in front of us saw at the other end of TLS. */
  certificate?: ClientCertificate | undefined;
  /** The browser's binding secret, once it was read or made in this request. */
  binding?: string;
  /** What the request tells of its device, once somebody has asked. */
  device?: Device;
}

// The protocol engine is a Koa application of its own and makes a second context for the same request. What web keeps
// belongs to the first one; it is found again through the request itself.
const OWN = Symbol('the context that passed through our own plumbing');

declare module 'node:http' {
  interface IncomingMessage {
    [OWN]?: Koa.Context;
  }
}

/** Makes this context the one that owns the request's state. */
export function adopt(ctx: Koa.Context): void {
  ctx.req[OWN] = ctx;
}

/** The context that passed through our own plumbing, whichever application's context is given. */
export function ownContext(ctx: Koa.Context): Koa.Context {
  return ctx.req[OWN] ?? ctx;
}

/** The state of the request, to write to. */
export function stateOf(ctx: Koa.Context): RequestState {
  // Koa types state as any; this is the one place that gives it a shape.
  return ownContext(ctx).state;
}

/** Writes down what a room knows about the request; undefined takes a note back. */
export function note(ctx: Koa.Context, notes: Notes): void {
  Object.assign(stateOf(ctx), notes);
}
