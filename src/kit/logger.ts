import { pino, type Logger as PinoLogger } from 'pino';

/** Takes one line at a time, in named fields. */
export type Logger = PinoLogger;

/** Of pino's levels, the last one that can wait. */
const INFO = 30;

/** Lines are gathered for so many milliseconds, or until they are so many bytes. */
const GATHERING = { milliseconds: 20, bytes: 8192 };

/**
 * One JSON line per event on standard output. Whoever logs names fields one by one: never a body, header, URL query,
 * password, code, token, cookie, secret or full address. Lines leave a moment later, many at once, a warning without delay;
 * none is lost when the process ends, also by an exception.
 */
export function createLogger(level: string): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, gathered());
}

function gathered() {
  // It writes what is left by itself when the process exits.
  const output = pino.destination({ minLength: GATHERING.bytes });
  let planned = false;
  const flush = () => {
    planned = false;
    output.flush();
  };
  return {
    // With this pino says on the stream itself of which level the line is.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string) {
      output.write(line);
      if (this.lastLevel > INFO) return flush();
      if (planned) return;
      planned = true;
      setTimeout(flush, GATHERING.milliseconds).unref();
    },
  };
}
