/**
 * demo: a small app that signs people in through us, an API that it calls, and the mailbox of a development server.
 *
 * Owns `/demo`, `/demo/callback`, `/demo/api` and the forms below `/demo`, and `/mailbox`. The app is a relying party like
 * any other: it knows the discovery URL, an id and a secret, and speaks to the issuer over HTTP. It never reads what another
 * room stores, keeps nothing but in memory, and is mounted in development mode only.
 */
export { createDemo, type Demo, type DemoDeps } from './demo.ts';
export { mountMailbox, type MailboxDeps } from './mailbox.ts';
