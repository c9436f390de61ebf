import { isNativeError } from 'node:util/types';

/** What a socket says when its connection breaks. */
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'EPROTO',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ETIMEDOUT',
]);

/** While a connection is made, whatever goes wrong counts: a name without an address, a socket that is no more, no port left. */
const CONNECTING = new Set(['connect', 'getaddrinfo']);

/** After a failover, another server may answer with a certificate that is not taken. */
const CERTIFICATE = /^(?:ERR_SSL_|ERR_TLS_CERT|CERT_|UNABLE_TO_|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT)/;

/** How the SQLSTATE begins with which PostgreSQL says that it cannot work now. */
const SQLSTATES = [
  // The connection broke.
  '08',
  // An unknown role or database: it is being set up, perhaps.
  '28',
  '3D',
  // No memory, no disk, no connection left.
  '53',
  // Shut down, starting, killed beside another process, cancelled by the statement timeout.
  '57',
  // Its files cannot be read or written.
  '58',
  // In a failover: it became read-only, and a standby needed for its replay what was being read.
  '25006',
  '40001',
  // Two waited for each other: asked again, it works.
  '40P01',
  // It hung up on a transaction that took too long.
  '25P03',
  '25P04',
];
const SQLSTATE = new RegExp(`^(?=[0-9A-Z]{5}$)(?:${SQLSTATES.join('|')})`);

/** What has no code: the words of pg, of its pool, and of knex and its pool, which put the statement in front. */
const SENTENCES = [
  'Connection terminated[\\w ]*',
  'timeout expired',
  'Query read timeout',
  'Client (?:has encountered a connection error|was closed) and is not queryable',
  'Received unexpected \\w+ message from backend\\.',
  'received invalid response: \\w+',
  'SASL: .*',
  'The server does not support SSL connections',
  'There was an error establishing an SSL connection',
  'timeout exceeded when trying to connect',
  'Cannot use a pool after calling end on the pool',
  'Unable to acquire a connection',
  'aborted',
];
const SENTENCE = new RegExp(`(?:^| - )(?:${SENTENCES.join('|')})$`);

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
  const syscall = 'syscall' in error ? error.syscall : undefined;
  if (typeof code === 'string' && (SOCKET.has(code) || SQLSTATE.test(code) || CERTIFICATE.test(code))) return true;
  if (typeof syscall === 'string' && CONNECTING.has(syscall)) return true;
  return error instanceof DatabaseBusy || error.name === 'KnexTimeoutError' || SENTENCE.test(error.message);
}

/** True for an error with which PostgreSQL says that it did nothing: the statement was refused, and can be sent in parts. */
export function isRefusedStatement(error: unknown): boolean {
  if (!isNativeError(error) || !('code' in error) || typeof error.code !== 'string') return false;
  // What it rolled back because of somebody else was not done either.
  return /^[0-9A-Z]{5}$/.test(error.code) && (error.code.startsWith('40') || !isDatabaseUnavailable(error));
}
