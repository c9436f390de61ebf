/**
 * account_pages: what people see and do about their own account.
 *
 * Owns the front page at /, the frame of all pages under /account (who may see them, fresh sign-in before a sensitive change, the
 * tabs) and those pages that belong to no factor, and /.well-known/change-password. Takes back who went to an upstream from
 * there, through the callback that sign_in mounts. The account is a client of ours whose code is never redeemed: each request
 * asks whose session it is, so that ending one takes effect at once.
 * Never shows anything of an account without a live session, and connects nothing to another than the one that asked.
 */
export { openAccountFrame } from './frame.ts';
export type { AccountFrame, Person } from './frame.ts';
export { ACCOUNT_CLIENT_ID, accountClient } from './own_client.ts';
export { mountAccountPages } from './mount.ts';
export type { SecurityCard } from './page_deps.ts';
