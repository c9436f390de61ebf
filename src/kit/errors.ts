import { isNativeError } from 'node:util/types';

/**
 * What can go wrong in front of a person: stable code, HTTP status, and who can mend it. The words stand in the locales
 * under `errors.<code>`; docs/errors.md is made from this table.
 */
export const errorCodes = {
  client_unknown: { status: 400, mender: 'developer' },
  redirect_uri_mismatch: { status: 400, mender: 'developer' },
  request_invalid: { status: 400, mender: 'developer' },
  interaction_expired: { status: 400, mender: 'person' },
  interaction_foreign: { status: 400, mender: 'person' },
  cookies_missing: { status: 400, mender: 'person' },
  upstream_cancelled: { status: 400, mender: 'person' },
  upstream_failed: { status: 400, mender: 'person' },
  upstream_unavailable: { status: 503, mender: 'person' },
  upstream_loop: { status: 400, mender: 'admin' },
  upstream_misconfigured: { status: 400, mender: 'admin' },
  account_disabled: { status: 403, mender: 'admin' },
  signup_closed: { status: 403, mender: 'admin' },
  invitation_unusable: { status: 403, mender: 'admin' },
  form_stale: { status: 403, mender: 'person' },
  too_many_requests: { status: 429, mender: 'person' },
  too_large: { status: 413, mender: 'developer' },
  not_found: { status: 404, mender: 'person' },
  busy: { status: 503, mender: 'operator' },
  database_unavailable: { status: 503, mender: 'operator' },
  internal: { status: 500, mender: 'operator' },
} as const satisfies Record<string, { status: number; mender: 'person' | 'developer' | 'admin' | 'operator' }>;

/** A code of the table. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * What exactly an app got wrong in a request that nothing can be sent back for. The words stand in the locales under
 * `client_mistakes.<mistake>`. True: they say something of what is registered, which strangers are not told.
 */
export const clientMistakes = {
  client_id_missing: false,
  client_id_unknown: false,
  redirect_uri_missing: false,
  redirect_uri_none: true,
  redirect_uri_unregistered: false,
  redirect_uri_slash: true,
  redirect_uri_scheme: true,
  redirect_uri_host: true,
  redirect_uri_port: true,
  redirect_uri_case: true,
  redirect_uri_query: true,
  parameter_twice: false,
  push_needed: false,
  request_uri_unusable: false,
  logout_uri_unregistered: false,
  logout_hint_unusable: false,
  logout_client_differs: false,
} as const satisfies Record<string, boolean>;

/** One of them. */
export type ClientMistake = keyof typeof clientMistakes;

/** What an error may say beside its code. */
export interface ErrorDetails {
  cause?: unknown;
  /** Facts for the developer of the client, shown escaped inside `<details>`; never a secret, never another party's sentence. */
  facts?: Record<string, string>;
  /** What an app got wrong; kept with the event, and shown where it says nothing that only its owner should know. */
  mistake?: ClientMistake | undefined;
  /** What is registered in place of what came: shown in development mode only, and by `explain`. */
  registered?: Record<string, string> | undefined;
  /** Seconds after which trying again makes sense; becomes Retry-After. */
  retryAfter?: number;
  /** The visit's reference, where one is known. */
  reference?: string;
}

/** Something that should not have happened, with the code that decides its page. Thrown anywhere, answered in web/errors.ts. */
export class IdpError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(code, { cause: details.cause });
    this.name = 'IdpError';
    this.code = code;
    this.status = errorCodes[code].status;
    this.details = details;
  }
}

/** An error for the log: what it is and where, without what the request or the database row held. */
interface DescribedError {
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

/** The sentence of whatever was thrown. Node joins the failures of several addresses of one host: the first one speaks. */
export function sentenceOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return sentenceOf(error.errors[0]);
  return 'message' in error && typeof error.message === 'string' ? error.message : 'no reason known';
}
