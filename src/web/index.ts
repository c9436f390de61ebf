/**
 * web: the Koa plumbing that every room stands on.
 *
 * Owns the canonical request, cookies and the browser's binding, forms and their protection, headers and the content
 * security policy, rendering, error answers, the language of a request, the request log, static files, the
 * documents that are told to everybody alike, and the listener.
 * Mounts /health/live, /health/ready, /health/doctor, /metrics, /assets/* and /.well-known/security.txt. Never knows an account,
 * a client or a visit, and never lets anything pass that a client says about its host, scheme or address.
 */
export { createWeb } from './web.ts';
export type { WebDeps } from './deps.ts';
export type { Web } from './door.ts';
export { listen, type Listening } from './listen.ts';
export { publicDocument, type PublicDocument } from './public_document.ts';
export { createReadText } from './read_text.ts';
export { LARGEST_PICTURE } from './brand_files.ts';
export { brandSettings, httpSettings, placeSettings, type BrandSettings } from './settings.ts';
export { doctorMark, type SeenRequest } from './doctor.ts';
export { LONGEST_COOKIE } from './browser_binding.ts';
export { createCookieSigner } from './cookie_signer.ts';
export type { Device } from './device.ts';
export { createDevices } from './devices.ts';
export { openPlaces } from './places.ts';
export { escapeHtml } from './bare_page.ts';
export { contentSecurityPolicy } from './content_security_policy.ts';
export { unsafeSchemes } from './unsafe_schemes.ts';
export { createMailViews } from './mail_views.ts';
export { createSimulatorViews } from './simulator_views.ts';
export { addressProblems, nameProblems, problem, refusedForNow } from './problems.ts';
export type { Problem, Shown } from './problems.ts';
export { goOnByItself } from './go_on_by_itself.ts';
export { parameterOf } from './route.ts';
export { deadLink, mountLanding, showLanding, tokenOf } from './landing.ts';
export type { Landing, LandingPage } from './landing.ts';
export type { CookieName, Cookies } from './cookies.ts';
export type { ErrorEvent } from './errors.ts';
export type { Page } from './render.ts';
export type { ConfigShown, Probe } from './health.ts';
export type { Notes } from './request_state.ts';
