import { z } from 'zod';

/** How surely somebody was proven, the weakest first. */
const levels = ['none', 'mfa', 'phishing-resistant'] as const;

/** `mfa`: by two different factors. `phishing-resistant`: by a passkey, which answers to nobody but us. */
export type Level = (typeof levels)[number];

/** The key `require:`, of the whole issuer and of one client. */
export const requireSetting = z
  .enum(levels)
  .default('none')
  .describe('none, mfa: a second factor. phishing-resistant: a passkey. Whoever has none is led to set one up.');

/** The strongest of all that is needed; `none` of nothing. */
export function strongest(...needs: readonly Level[]): Level {
  return needs.reduce((most, need) => (meets(most, need) ? most : need), 'none');
}

/** Whether what was proven is enough. */
export function meets(proven: Level, need: Level): boolean {
  return levels.indexOf(proven) >= levels.indexOf(need);
}
