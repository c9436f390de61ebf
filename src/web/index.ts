/**
 * web: the Koa plumbing that every room stands on.
 *
 * Owns the canonical request, cookies and the browser's binding, forms and their protection, headers and the content
 * security policy, rendering, error answers, the language of a request, the request log, static files and the listener.
 * URLs: /health/live, /health/ready, /metrics, /assets/*, /.well-known/security.txt. Never knows an account, a client or
 * a visit, and never lets anything a client says about its host, scheme or address pass.
 */
export { createWeb } from './web.ts';
export type { Web, WebDependencies } from './contract.ts';
export { listen, type Answering, type Listening } from './listen.ts';
export { brandSettings, httpSettings, type BrandSettings, type HttpSettings } from './settings.ts';
export { contentSecurityPolicy, type PolicyExtras } from './content_security_policy.ts';
export { isDatabaseUnavailable } from './database_errors.ts';
export { describeError } from './describe_error.ts';
export { createLooseViews, type LooseViews, type RenderedMail } from './loose_views.ts';
export type { CookieName, Cookies } from './cookies.ts';
export type { ErrorEvent } from './errors.ts';
export type { LanguageChoice } from './language.ts';
export type { Page } from './render.ts';
export type { Probe } from './health.ts';
export type { RequestState } from './request_state.ts';
