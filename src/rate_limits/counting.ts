import type { Statement, Step } from '../database/index.ts';

/** One key under one rule. Times in milliseconds; a `block` of 0 is none. */
export interface Counter {
  key: string;
  most: number;
  window: number;
  block: number;
}

/** How a counter stands after a use; `place` says which of those that were asked for it is. */
export interface Counted {
  place: number;
  points: number;
  /** Milliseconds since 1970, as PostgreSQL writes a bigint. */
  expire: string;
}

const DAY = 86_400_000;
const LONGEST_BLOCK = 3_600_000;

/**
 * Uses a point of each counter and returns how they stand; those behind one that is used up are left as they are. Each part
 * waits for the one before, so that rows are locked in the order of the counters: as long as that order is the same
 * everywhere, nobody waits in a circle.
 */
export function taking(counters: readonly Counter[], at: number): { statement: Statement; values: unknown[] } {
  return {
    statement: statementFor(counters.length),
    values: [at, ...counters.flatMap(({ key, most, window, block }) => [key, most, window, block])],
  };
}

const statements = new Map<number, Statement>();

function statementFor(count: number): Statement {
  const known = statements.get(count);
  if (known) return known;
  const places = Array.from({ length: count }, (_, place) => place);
  const text = `with ${places.map(use).join(', ')}
    ${places.map((place) => `select ${place} as place, points, expire from taken_${place}`).join(' union all ')}`;
  const made = { name: `rate_limits_take_${count}`, text };
  statements.set(count, made);
  return made;
}

/**
 * The use that is the first too many begins a block, twice as long as the one before it within a day. An update gives each
 * number once, so exactly one of many that come at once is the first.
 */
function use(place: number): string {
  const parameter = (at: number, offset: number) => `$${2 + at * 4 + offset}`;
  const [key, most, window, block] = [0, 1, 2, 3].map((offset) => parameter(place, offset));
  const allowed = place === 0 ? 'true' : `(select points <= ${parameter(place - 1, 1)} from taken_${place - 1})`;
  const isOver = 'counter.expire <= $1';
  const begins = `not ${isOver} and counter.points = ${most} and ${block} > 0`;
  const strikes = 'case when counter.strikes_expire > $1 then counter.strikes else 0 end';
  return `taken_${place} as (
    insert into rate_limits as counter (key, points, expire)
    select ${key}::text, 1, $1::bigint + ${window}::bigint where ${allowed}
    on conflict (key) do update set
      points = case when ${isOver} then 1 else counter.points + 1 end,
      expire = case when ${isOver} then excluded.expire
                    when ${begins} then $1 + least(${block}::bigint * 2 ^ (${strikes}), ${LONGEST_BLOCK})::bigint
                    else counter.expire end,
      strikes = case when ${begins} then ${strikes} + 1 else counter.strikes end,
      strikes_expire = case when ${begins} and counter.strikes_expire <= $1 then $1 + ${DAY}
                            else counter.strikes_expire end
    returning points, expire
  )`;
}

/** A counter that blocks is over its points for as long as the block lasts: what comes back later must not begin another. */
const giveBack = {
  name: 'rate_limits_give_back',
  text: `update rate_limits set points = points - 1
         where key = $1 and expire > $2 and points > 0 and (points <= $3 or $4 = 0)`,
};

const reset = {
  name: 'rate_limits_reset',
  text: 'update rate_limits set points = 0, expire = $2 where key = $1 and expire > $2',
};

/** Gives one point of the counter back. */
export function givingBack({ key, most, block }: Counter, at: number): Step {
  return { statement: giveBack, values: [key, at, most, block] };
}

/** Forgets all points of the counter. */
export function resetting({ key }: Counter, at: number): Step {
  return { statement: reset, values: [key, at] };
}
