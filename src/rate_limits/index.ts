/**
 * rate_limits: how often is too often.
 *
 * Owns the table of limits and their counters, which all processes share. Mounts no URL. Never stores whom it counts:
 * keys are keyed hashes. Never locks anybody out for good: each block ends by itself.
 */
export { limitRules, limitSettings } from './limit_rules.ts';
export type { LimitRule, LimitSettings } from './limit_rules.ts';
export { openRateLimits } from './rate_limiter.ts';
export type { RateLimiter, Taken } from './rate_limiter.ts';
