import { z } from 'zod';

const GROUP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** As many as one account has, here or at one upstream. */
export const MOST_GROUPS = 50;

/** Whether a text names a group: no comma, space or colon, at which whoever reads a list of them would cut it. */
export function isGroupName(text: unknown): text is string {
  return typeof text === 'string' && GROUP.test(text);
}

/** A group as the config file names it. */
export const groupNameSetting = z
  .string()
  .refine(isGroupName, 'the name of a group: up to 64 letters, digits, ".", "_" or "-"');
