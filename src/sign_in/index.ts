/**
 * sign_in: proving who somebody is, from the login page to a finished login.
 *
 * Owns the prompts `login`, `create` and `select_account` at /interaction/:uid and every page and form below it (`pages` in
 * routes.ts is the list), /upstream/:id/callback, /upstream/:id/resume, /verify-email, /invitation and /forget-device.
 * Finishes a login once, when everything is proven; never creates a session itself and never decides by what a browser
 * says how far a visit got, nor lets anybody in by a way that the app of the visit does not take.
 */
export type { SignInDeps } from './deps.ts';
export { backToLogin } from './back_to_login.ts';
export { mountSignIn } from './routes.ts';
export { addressAllowed, signupAdmits, signupSettings, type SignupPolicy } from './signup_policy.ts';
