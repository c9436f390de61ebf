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
  upstream_misconfigured: { status: 400, mender: 'admin' },
  account_disabled: { status: 403, mender: 'admin' },
  signup_closed: { status: 403, mender: 'admin' },
  form_stale: { status: 403, mender: 'person' },
  too_many_requests: { status: 429, mender: 'person' },
  too_large: { status: 413, mender: 'developer' },
  not_found: { status: 404, mender: 'person' },
  busy: { status: 503, mender: 'operator' },
  database_unavailable: { status: 503, mender: 'operator' },
  internal: { status: 500, mender: 'operator' },
} as const satisfies Record<string, { status: number; mender: 'person' | 'developer' | 'admin' | 'operator' }>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDetails {
  cause?: unknown;
  /** Facts for the developer of the client, shown escaped inside `<details>`; never a secret, never another party's sentence. */
  facts?: Record<string, string>;
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
