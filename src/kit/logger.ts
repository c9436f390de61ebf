import { pino, type Logger as PinoLogger } from 'pino';

/** Takes one line at a time, in named fields. */
export type Logger = PinoLogger;

/**
 * One JSON line per event on standard output. Whoever logs names fields one by one: never a body, header, URL query,
 * password, code, token, cookie, secret or full address.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
