import type { LimitRule } from './limit_rules.ts';

/** What a use of a key led to. `retryAfter`: seconds. */
type Taken = { ok: true } | { ok: false; retryAfter: number };

/** Counts uses under a rule, exactly also when they come at once and on several processes. Rejects when the database is away. */
export interface RateLimiter {
  /** Uses one point of the key, or says in how many seconds to come again. A rule that counts everything ignores the key. */
  take(rule: LimitRule, key: string): Promise<Taken>;
  /** Gives a taken point back: what was counted turned out to be no attempt. */
  giveBack(rule: LimitRule, key: string): Promise<void>;
  /** Forgets the key's points and ends its block. The length of the next block still grows. */
  reset(rule: LimitRule, key: string): Promise<void>;
  /** Deletes counters whose window is over, and returns how many. */
  sweep(): Promise<number>;
}
