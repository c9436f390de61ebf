/**
 * rate_limits: how often is too often.
 *
 * Owns the table of limits and their counters, which all processes share. Mounts no URL. Never stores whom it counts (keys
 * are keyed hashes), and never locks anybody out for good: each block ends by itself.
 */
export { limitRules, limitSettings, type LimitRule } from './limit_rules.ts';
export { openRateLimits } from './rate_limiter.ts';
export type { RateLimiter } from './door.ts';
