/**
 * sign_out: the pages of leaving.
 *
 * Owns the question "Sign out?" and the page afterwards; both are shown by the protocol engine at /oidc/logout. Never ends
 * a session itself: the form posts to the engine, which also tells the apps.
 */
export { signOutPages } from './pages.ts';
