import { z } from 'zod';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a duration as the config file writes it (`45s`, `10m`, `12h`, `14d`), or undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})\s*([smhd])$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** A key of the config file that holds a duration like `10m`, in seconds after parsing; one second is the least unless it says so. */
export function durationSetting(fallback: string, what: string, { least = 1 } = {}) {
  return z
    .string()
    .default(fallback)
    .refine((text) => (parseDuration(text) ?? -1) >= least, 'a duration like 45s, 10m, 12h or 14d')
    .transform((text) => parseDuration(text) ?? 0)
    .describe(what);
}
