import { errors } from 'oidc-provider';
import { isDatabaseUnavailable, type Database } from '../../database/index.ts';
import type { RecordDeed } from '../../events/index.ts';
import { IdpError } from '../../kit/errors.ts';

/**
 * The database for the library's eyes: when PostgreSQL is away, a protocol endpoint answers 503 `temporarily_unavailable`
 * instead of 500, and nobody is redirected anywhere with an error.
 */
export function guardedDatabase(database: Database): Database {
  return { ...database, run: (statement, values) => guarded(database.run(statement, values)) };
}

/** The same for what is done and told together. */
export function guardedDeed(recordDeed: RecordDeed): RecordDeed {
  return (deed, events) => guarded(recordDeed(deed, events));
}

/** The same for whatever else the library waits for. */
export async function guarded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw isDatabaseUnavailable(cause) ? unavailable(cause) : cause;
  }
}

/** Seconds after which asking again makes sense when the database is away. */
export const AGAIN_AFTER = 5;

/** RFC 6749 names the error for the authorization endpoint only; JSON endpoints use the same word with HTTP's own status. */
export function unavailable(cause: unknown): Error & { status: number } {
  const error = new errors.TemporarilyUnavailable(undefined, {
    cause: new IdpError('database_unavailable', { cause, retryAfter: AGAIN_AFTER }),
  });
  return Object.assign(error, { status: 503, statusCode: 503, allow_redirect: false });
}
