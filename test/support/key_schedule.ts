import type { KeySchedule } from '../../src/keys/index.ts';

const DAY = 86_400;

/** When keys change unless the config says otherwise. */
export const keySchedule: KeySchedule = {
  rotateEvery: 90 * DAY,
  publishAhead: DAY,
  needed: { signing: 30 * DAY, cookie: 365 * DAY },
};
