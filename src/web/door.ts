import type { RequestListener } from 'node:http';
import type { Router } from '@koa/router';
import type Koa from 'koa';
import type { Tag, Translate } from '../locales/index.ts';
import type { BrowserBinding } from './browser_binding.ts';
import type { ClientCertificate } from './client_certificate.ts';
import type { Cookies } from './cookies.ts';
import type { WebLook } from './deps.ts';
import type { Device } from './device.ts';
import type { ReadForm } from './forms.ts';
import type { Metrics } from './metrics.ts';
import type { PublicDocument } from './public_document.ts';
import type { Page } from './render.ts';
import type { Notes } from './request_state.ts';
import type { BrandSettings } from './settings.ts';

/** What the room gives them. */
export interface Web {
  /** Call `app.callback()` when every room has added its routes. */
  app: Koa;
  /** The same, behind the public documents that `find` knows by their path. */
  listener(find: (path: string) => PublicDocument | undefined): RequestListener;
  /** Rooms add their routes here. */
  router: Router;
  /** Adds a middleware behind the router: the protocol engine. */
  use: (middleware: Koa.Middleware) => void;
  /** Answers with a page. Throws when its template does. */
  page: (ctx: Koa.Context, page: Page) => Promise<void>;
  /** Answers 303 to a path of ours or to a URL that the caller has validated. */
  redirect: (ctx: Koa.Context, to: string) => void;
  /** For the names in titles: as it is now. */
  readonly brand: BrandSettings;
  /** The picture itself when our pages may show it, undefined when their policy would block it: initials stand in. */
  ownPicture: (uri: string | undefined) => string | undefined;
  /** The fields of a form of ours: 64 kB, plain fields only, sender and token checked. Throws form_stale, cookies_missing, request_invalid. */
  form: ReadForm;
  /** The fields of a protocol's form: 8 kB, plain fields only, from anywhere. */
  rawForm: ReadForm;
  cookies: Cookies;
  browser: Pick<BrowserBinding, 'read' | 'ensure'>;
  locale: (ctx: Koa.Context) => Tag;
  t: (ctx: Koa.Context) => Translate;
  /** Remembers the language that the person chose, on this browser; undefined forgets it. */
  chooseLanguage: (ctx: Koa.Context, tag: Tag | undefined) => void;
  /** The address at the person's end of the connection, as far as `trusted_hops` reaches; '' when there is none. */
  clientAddress: (ctx: Koa.Context) => string;
  /** The certificate at the client's end of TLS, as the proxy in front of us tells it; undefined when there is none or nobody to tell. */
  clientCertificate: (ctx: Koa.Context) => ClientCertificate | undefined;
  /** The device at the person's end: only names of our own list, never what the header said. */
  device: (ctx: Koa.Context) => Device;
  /** Notes what web should know about this request: for its language, its error page and its log line. Undefined takes a note back. */
  note: (ctx: Koa.Context, notes: Notes) => void;
  /** The visit's reference when a room noted it, else one made for this request. */
  referenceOf: (ctx: Koa.Context) => string;
  /** Answers an error, as the error middleware does. Never throws. */
  fail: (ctx: Koa.Context, error: unknown) => Promise<void>;
  /** To listen on `http.metrics_port` with. */
  metrics: Pick<Metrics, 'registry' | 'handler' | 'numbers'>;
  /** From now on /health/ready says that we stop, so that whoever sends us requests sends them elsewhere. */
  leave: () => void;
  /** Makes ready for another brand and other proxies, which count from the call of what it returns. Throws when a picture cannot be read. */
  prepare: (look: WebLook) => () => void;
}
