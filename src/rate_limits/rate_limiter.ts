import { createSecretKey } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { sweepRows, type Database, type Statement } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { hmac } from '../kit/random.ts';
import type { RateLimitDeps } from './deps.ts';
import type { RateLimiter } from './door.ts';
import { effectiveRule, limitRules, type LimitRule, type LimitSettings } from './limit_rules.ts';
import { networkOf } from './network.ts';

const DAY = 86_400;
const LONGEST_BLOCK = 3600;

/** Opens the limiter. With `enabled: false` every take succeeds. */
export function openRateLimits({ database, limits, hashKey, record }: RateLimitDeps): RateLimiter {
  const secret = createSecretKey(hashKey);
  const counters = new Map<LimitRule, Counter>();
  for (const rule of Object.keys(limitRules) as LimitRule[]) counters.set(rule, counter(database, rule, limits));

  function counterOf(rule: LimitRule): Counter {
    const found = counters.get(rule);
    if (!found) throw new Error(`no limit is called ${rule}`);
    return found;
  }
  function hashed(rule: LimitRule, counted: string): string {
    const { counts } = limitRules[rule];
    if (counts === 'everything') return hmac(secret, '');
    return hmac(secret, counts === 'client address' ? networkOf(counted) : counted);
  }

  return {
    async take(rule, key) {
      if (!limits.enabled) return { ok: true };
      const taken = await counterOf(rule).take(hashed(rule, key));
      if (taken.ok) return taken;
      if (taken.first) await record({ type: 'rate_limits.exceeded', outcome: 'refused', reason: rule });
      return { ok: false, retryAfter: taken.retryAfter };
    },
    async giveBack(rule, key) {
      if (limits.enabled) await counterOf(rule).points.reward(hashed(rule, key));
    },
    async reset(rule, key) {
      if (limits.enabled) await counterOf(rule).points.delete(hashed(rule, key));
    },
    // The library keeps times as milliseconds since 1970.
    sweep: () => sweepRows(database, { table: 'rate_limits', column: 'expire' }, now().getTime()),
  };
}

interface Counter {
  points: RateLimiterPostgres;
  take(key: string): Promise<{ ok: true } | { ok: false; retryAfter: number; first: boolean }>;
}

function counter(database: Database, rule: LimitRule, limits: LimitSettings): Counter {
  const { points, window, block } = effectiveRule(rule, limits);
  const limiter = postgresLimiter(database, rule, points, window);
  const strikes = postgresLimiter(database, `${rule}.strikes`, 1_000_000, DAY);
  return {
    points: limiter,
    async take(key) {
      const use = await consume(limiter, key);
      if (use.consumedPoints <= points) return { ok: true };
      // The counter gives each number once, so exactly one of many parallel uses is the first too many.
      const first = use.consumedPoints === points + 1;
      if (!first || !block) return { ok: false, retryAfter: secondsOf(use.msBeforeNext), first };
      const { consumedPoints: strike } = await consume(strikes, key);
      const seconds = Math.min(block * 2 ** (strike - 1), LONGEST_BLOCK);
      await limiter.block(key, seconds);
      return { ok: false, retryAfter: seconds, first };
    },
  };
}

/** As the library asks a client of pg, whose prepared statements ours are, too. */
type NamedQuery = Statement & { values: unknown[] };

/** The library reads the global Date, as we do: whoever moves it moves the windows too. */
function postgresLimiter(database: Database, keyPrefix: string, points: number, duration: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: { query: ({ name, text, values }: NamedQuery) => database.run({ name, text }, values) },
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true,
    // We sweep ourselves, all tables alike.
    clearExpiredByTimeout: false,
    keyPrefix,
    points,
    duration,
  });
}

/** The library rejects with its result when the points are used up, and with an Error when the database is away. */
async function consume(limiter: RateLimiterPostgres, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}

function secondsOf(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
