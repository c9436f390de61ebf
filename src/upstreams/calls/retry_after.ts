import { epochSeconds } from '../../kit/clock.ts';

/** No upstream can ask us to stay away for longer: an hour in a Retry-After may be a slip. */
const LONGEST_SECONDS = 300;

/** Seconds for which an upstream asks us to stay away (RFC 9110 10.2.3), or 0. */
export function retryAfterOf({ headers }: Response): number {
  return Math.min(secondsIn(headers.get('retry-after') ?? ''), LONGEST_SECONDS);
}

function secondsIn(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const until = Date.parse(value);
  return Number.isNaN(until) ? 0 : Math.max(0, Math.ceil(until / 1000) - epochSeconds());
}
