/**
 * rate_limits: how often is too often, and how much at once is too much.
 *
 * Owns the table of limits and their counters, which all processes share, and the queue in which work of one process waits
 * for its turn. Mounts no URL. Never stores whom it counts (keys are keyed hashes), and never locks anybody out for good:
 * each block ends by itself.
 */
export { limitRules, limitSettings, type LimitRule } from './limit_rules.ts';
export { openRateLimits } from './rate_limiter.ts';
export { networkOf } from './network.ts';
export type { LimitKeys, RateLimiter } from './door.ts';
export { turnQueue } from './turn_queue.ts';
