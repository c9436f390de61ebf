import type { Play } from '../run.ts';
import { bound } from './bound.ts';
import { requests } from './requests.ts';
import { tokens } from './tokens.ts';

const PREFIX = 'fapi2-security-profile-final-';

/** The modules of the FAPI 2.0 Security Profile, by the suite's names. */
export const fapi: Record<string, Play> = Object.fromEntries(
  Object.entries({ ...bound, ...requests, ...tokens }).map(([name, play]) => [PREFIX + name, play]),
);
