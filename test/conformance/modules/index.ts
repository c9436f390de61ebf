import { fapi } from '../fapi/index.ts';
import type { Play } from '../run.ts';
import { claims } from './claims.ts';
import { discovery } from './discovery.ts';
import { logout } from './logout.ts';
import { registration } from './registration.ts';
import { requests } from './requests.ts';
import { sessions } from './sessions.ts';
import { tokens } from './tokens.ts';

/** What each module of the suite does, by its name. */
export const modules: Record<string, Play> = {
  ...discovery,
  ...requests,
  ...claims,
  ...sessions,
  ...tokens,
  ...logout,
  ...registration,
  ...fapi,
};
