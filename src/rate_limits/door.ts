import type { Step, Sweep } from '../database/index.ts';
import type { LimitRule } from './limit_rules.ts';

/** What a use of a key led to. `retryAfter`: seconds. */
export type Taken = { ok: true } | { ok: false; retryAfter: number };

/** A key for each of several rules. */
export type LimitKeys = Partial<Record<LimitRule, string>>;

/** Counts uses under a rule, exactly also when they come at once and on several processes. Rejects when the database is away. */
export interface RateLimiter {
  /** Uses one point of the key, or says in how many seconds to come again. A rule that counts everything ignores the key. */
  take(rule: LimitRule, key: string): Promise<Taken>;
  /**
   * Uses one point under each rule, in one statement and in the order of the table of limits. The first one that is used up
   * refuses, and those behind it stay as they are: a network that is refused does not use up the account that it tries.
   */
  takeAll(keys: LimitKeys): Promise<Taken>;
  /** Whether a rule that counts everything is used up, as far as this process has seen: for what is then counted more strictly. */
  isSpent(rule: LimitRule): boolean;
  /** Gives a taken point back: what was counted turned out to be no attempt. A block that began meanwhile goes on. */
  giveBack(rule: LimitRule, key: string): Promise<void>;
  /** Forgets the key's points and ends its block. The length of the next block still grows. */
  reset(rule: LimitRule, key: string): Promise<void>;
  /** Both for several rules, as steps of a transaction of the caller. */
  forgiving(keys: { reset?: LimitKeys; giveBack?: LimitKeys }): Step[];
  /** Counters whose window is over and whose blocks are forgotten. */
  sweeps: readonly Sweep[];
}
