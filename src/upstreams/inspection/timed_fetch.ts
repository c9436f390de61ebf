import { now } from '../../kit/clock.ts';
import type { Outbound } from '../../outbound/index.ts';

/** A fetch that remembers how its last answer came. */
export interface TimedFetch {
  fetch: Outbound['fetch'];
  /** Milliseconds of the last answer, connecting included. */
  took(): number;
  /** Seconds by which the clock of whoever answered first is ahead of ours; undefined when nobody said the time. */
  skew(): number | undefined;
}

/** Watches a fetch. The Date of an answer is whole seconds and was written somewhere on the way: the middle is taken for it. */
export function timedFetch(fetch: Outbound['fetch']): TimedFetch {
  let took = 0;
  let skew: number | undefined;
  return {
    async fetch(input, init) {
      const began = performance.now();
      const answer = await fetch(input, init);
      took = performance.now() - began;
      const theirs = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(theirs)) skew ??= Math.round((theirs + 500 - (now().getTime() - took / 2)) / 1000);
      return answer;
    },
    took: () => Math.round(took),
    skew: () => skew,
  };
}
