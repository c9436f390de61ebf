import { where, type ClientRule } from './rule.ts';

const DAY = 86_400;

/** Longer than this is warned of. */
const LONGEST = {
  access_token: DAY,
  id_token: DAY,
  refresh_token_idle: 180 * DAY,
  refresh_token_max: 366 * DAY,
} as const;

/** Lifetimes that are longer than what most would want, by their names; of one client or of all. */
export function longLifetimes(lifetimes: Partial<Record<keyof typeof LONGEST, number>> = {}): string[] {
  return Object.entries(LONGEST).flatMap(([name, most]) => {
    const seconds = lifetimes[name as keyof typeof LONGEST]; // Object.entries forgets the names
    return seconds !== undefined && seconds > most ? [name] : [];
  });
}

/** What neither is about secrets nor about URIs. */
export const otherRules: ClientRule[] = [
  {
    rule: 'long_lifetime',
    message: 'whoever steals this can use it for so long',
    warning: true,
    finds: ({ lifetimes }) => longLifetimes(lifetimes).map((name) => ['lifetimes', name]),
  },
  {
    rule: 'idle_beyond_max',
    message: 'an unused refresh token outlives its line only on paper',
    accepted: 'at most refresh_token_max',
    warning: true,
    finds: ({ lifetimes: { refresh_token_idle: idle, refresh_token_max: max } = {} }) =>
      where(idle !== undefined && max !== undefined && idle > max, 'lifetimes', 'refresh_token_idle'),
  },
  {
    rule: 'front_channel_tokens',
    message: 'tokens in the address of a page end up in histories and logs (RFC 9700 2.1.2)',
    accepted: 'code',
    warning: true,
    finds: ({ response_types: types }) =>
      (Array.isArray(types) ? types : []).flatMap((type, index) =>
        where(/\b(id_)?token\b/.test(String(type)), 'response_types', index),
      ),
  },
];
