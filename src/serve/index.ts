/**
 * serve: what `start` does, from the configuration to the last connection.
 *
 * Owns the order in which the parts start and stop, in one process or in several, and what it says meanwhile. Listens on the
 * ports. Never answers a request itself: that is the app's, which it opens.
 */
export { serve } from './serve.ts';
export { secretsOf } from './secrets.ts';
