import { isNativeError } from 'node:util/types';
import { isDatabaseUnavailable } from '../database/index.ts';
import { errorCodes, IdpError, type ErrorCode, type ErrorDetails } from '../kit/errors.ts';

/** What an error means for whoever waits for the answer. */
export interface Failure {
  code: ErrorCode;
  status: number;
  details: ErrorDetails;
  /** The methods to name with a 405. */
  allow?: string;
}

const SECONDS_OF_AN_OUTAGE = 5;

const BY_STATUS: Record<number, ErrorCode> = {
  404: 'not_found',
  413: 'too_large',
  429: 'too_many_requests',
};

/**
 * The code and status of any error: ours as it says, also one that was put into the words of a library; a database that is
 * away; an HTTP error of Koa or of a parser by its status, without its sentence; whatever else is `internal`.
 */
export function failureOf(error: unknown): Failure {
  const ours = isNativeError(error) && error.cause instanceof IdpError ? error.cause : error;
  if (ours instanceof IdpError) return { code: ours.code, status: ours.status, details: ours.details };
  if (isDatabaseUnavailable(error)) {
    return failure('database_unavailable', { cause: error, retryAfter: SECONDS_OF_AN_OUTAGE });
  }
  const status = clientStatus(error);
  if (status === undefined) return failure('internal', { cause: error });
  return { code: BY_STATUS[status] ?? 'request_invalid', status, details: {}, allow: allowOf(error) };
}

function failure(code: ErrorCode, details: ErrorDetails): Failure {
  return { code, status: errorCodes[code].status, details };
}

/** The status of an error that was made to be shown (`expose` of http-errors). */
function clientStatus(error: unknown): number | undefined {
  if (!isNativeError(error) || !('expose' in error) || error.expose !== true) return undefined;
  if (!('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}

function allowOf(error: unknown): string | undefined {
  if (!isNativeError(error) || !('allow' in error)) return undefined;
  return typeof error.allow === 'string' ? error.allow : undefined;
}
