import { now } from '../../kit/clock.ts';

const DAY_MS = 86_400_000;
const WARNED_DAYS = 30;

/** What is to be said about the last day of a client secret, or undefined as long as that is far away. */
export function secretExpiry(lastDay: string | undefined): string | undefined {
  if (lastDay === undefined) return undefined;
  const days = Math.ceil((Date.parse(lastDay) - now().getTime()) / DAY_MS);
  if (days > WARNED_DAYS) return undefined;
  const when = days < 0 ? `ended ${count(-days)} ago` : `ends ${days === 0 ? 'today' : `in ${count(days)}`}`;
  return `the client secret ${when}: make a new one at the upstream`;
}

function count(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
