import { createSecretKey } from 'node:crypto';
import type { Step } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { hmac } from '../kit/random.ts';
import { givingBack, resetting, taking, type Counted, type Counter } from './counting.ts';
import type { RateLimitDeps } from './deps.ts';
import type { LimitKeys, RateLimiter, Taken } from './door.ts';
import { effectiveRule, limitRules, type LimitRule } from './limit_rules.ts';
import { networksOf } from './network.ts';

/** A site may have many households: its network may use so many times what one of them may. */
const WIDE = 10;

/** Opens the limiter. With `enabled: false` every take succeeds. */
export function openRateLimits(deps: RateLimitDeps): RateLimiter {
  const { database, limits, record } = deps;
  const countersOf = createCounters(deps);
  /** Until when, in milliseconds. */
  const spent = new Map<LimitRule, number>();

  async function takeAll(keys: LimitKeys): Promise<Taken> {
    const uses = rulesIn(keys).flatMap((rule) =>
      countersOf(rule, keys[rule] ?? '').map((counter) => ({ rule, counter })),
    );
    if (!limits().enabled || uses.length === 0) return { ok: true };
    const at = now().getTime();
    const { statement, values } = taking(
      uses.map(({ counter }) => counter),
      at,
    );
    const { rows } = await database.run<Counted>(statement, values);
    for (const { place, points, expire } of rows) {
      const use = uses[place];
      if (!use || points <= use.counter.most) continue;
      if (points === use.counter.most + 1)
        await record({ type: 'rate_limits.exceeded', outcome: 'refused', reason: use.rule });
      if (limitRules[use.rule].counts === 'everything') spent.set(use.rule, Number(expire));
      return { ok: false, retryAfter: Math.max(1, Math.ceil((Number(expire) - at) / 1000)) };
    }
    return { ok: true };
  }

  function forgiving({ reset = {}, giveBack = {} }: { reset?: LimitKeys; giveBack?: LimitKeys }): Step[] {
    const at = now().getTime();
    if (!limits().enabled) return [];
    return rulesIn({ ...reset, ...giveBack }).flatMap((rule) => [
      ...(rule in reset ? countersOf(rule, reset[rule] ?? '').map((counter) => resetting(counter, at)) : []),
      ...(rule in giveBack ? countersOf(rule, giveBack[rule] ?? '').map((counter) => givingBack(counter, at)) : []),
    ]);
  }

  return {
    take: (rule, key) => takeAll({ [rule]: key }),
    takeAll,
    isSpent: (rule) => (spent.get(rule) ?? 0) > now().getTime(),
    async giveBack(rule, key) {
      await database.together(forgiving({ giveBack: { [rule]: key } }));
    },
    async reset(rule, key) {
      await database.together(forgiving({ reset: { [rule]: key } }));
    },
    forgiving,
    sweeps: [{ table: 'rate_limits', column: 'kept_until', before: () => now().getTime() }],
  };
}

// Object.keys forgets the names that it was given.
const order = Object.keys(limitRules) as LimitRule[];

/** In the order of the table, whoever asks in whichever: rows are locked in it. */
function rulesIn(keys: LimitKeys): LimitRule[] {
  return order.filter((rule) => rule in keys);
}

/** The rows that a key counts in: one, and another for the wider network of an IPv6 address. */
function createCounters({ limits, hashKey }: Pick<RateLimitDeps, 'limits' | 'hashKey'>) {
  const secret = createSecretKey(hashKey);
  return (rule: LimitRule, key: string): Counter[] => {
    const { counts, points, window, block = 0 } = effectiveRule(rule, limits());
    const counter = (counted: string, most: number): Counter => {
      return { key: `${rule}:${hmac(secret, counted)}`, most, window: window * 1000, block: block * 1000 };
    };
    if (counts !== 'client address') return [counter(counts === 'everything' ? '' : key, points)];
    return networksOf(key).map((network, index) => counter(network, index === 0 ? points : points * WIDE));
  };
}
