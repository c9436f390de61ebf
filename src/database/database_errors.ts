import { isNativeError } from 'node:util/types';

const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * SQLSTATE: connection exceptions, wrong role or database (being set up, perhaps), insufficient resources, operator intervention
 * (shutdown, cancelled by the statement timeout), and a server that became read-only in a failover.
 */
const SQLSTATE = /^(?:08|28|3D|53|57)[0-9A-Z]{3}$|^25006$/;

// pg and its pool give these no code; knex puts the statement in front.
const SENTENCE =
  /(?:^| - )(?:timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client (?:has encountered a connection error|was closed))[\w ]*$/;

/** What was asked found no room, or no answer in its time. Whether it was done is not known. */
export class DatabaseBusy extends Error {
  override name = 'DatabaseBusy';
}

/**
 * True for errors that say "PostgreSQL cannot be reached or cannot work now", as pg, its pool and knex throw them. Errors of
 * other connections never arrive here bare: the outbound client throws its own.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && (SOCKET.has(code) || SQLSTATE.test(code))) return true;
  // The socket of the embedded server is a file.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  return error instanceof DatabaseBusy || error.name === 'KnexTimeoutError' || SENTENCE.test(error.message);
}

/** True for an error with which PostgreSQL says that it did nothing: the statement was refused, and can be sent in parts. */
export function isRefusedStatement(error: unknown): boolean {
  if (!isNativeError(error) || !('code' in error) || typeof error.code !== 'string') return false;
  return /^[0-9A-Z]{5}$/.test(error.code) && !isDatabaseUnavailable(error);
}
