import { isNativeError } from 'node:util/types';

/** An error for the log: what it is and where, without what the request or the database row held. */
export interface DescribedError {
  name: string;
  message?: string;
  code?: string;
  at?: string[];
  cause?: DescribedError;
}

const DEEPEST = 4;
const FRAMES = 12;

/**
 * Describes an error and its causes. The message is left out where libraries quote their input in it: PostgreSQL (the
 * offending value), JSON.parse (the beginning of the text).
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!isNativeError(error)) return { name: `thrown ${typeof error}` };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const quotes = error.name === 'SyntaxError' || 'severity' in error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(quotes ? {} : { message: error.message }),
    ...(code === undefined ? {} : { code }),
    at: frames.slice(0, FRAMES).map((line) => line.trim()),
    ...(error.cause === undefined || depth === DEEPEST ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
