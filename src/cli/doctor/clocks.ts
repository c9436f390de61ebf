import { now } from '../../kit/clock.ts';
import { broken, fine, type Finding } from './finding.ts';

const SKEW_SECONDS = 30;

/** Compares a clock with ours; what is asked for takes a while, so that some seconds are nothing. */
export function compareClock(check: string, whose: string, theirs: Date): Finding {
  const skew = Math.round((theirs.getTime() - now().getTime()) / 1000);
  if (Math.abs(skew) <= SKEW_SECONDS) return fine(check, `the same as ${whose}`);
  const says = `${whose} is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`;
  return broken(check, says, 'set both clocks by NTP: tokens and codes would count as expired, or as not yet valid');
}
