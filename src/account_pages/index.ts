/**
 * account_pages: a person's own pages, and the front page.
 *
 * Owns `/`, `/account`, `/account/return` and `/.well-known/change-password`. `/account` is a client of ours that never
 * redeems its code: the return only checks state and reads the session, and each request reads it anew, so that
 * revocation is immediate. Never shows anything of an account without a live session.
 */
export { accountClient, mountAccountPages } from './pages.ts';
