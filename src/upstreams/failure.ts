/** What a person is told when an upstream let us down. */
export type FailureCode = 'upstream_failed' | 'upstream_unavailable' | 'upstream_misconfigured';

interface Judgement {
  code: FailureCode;
  /** Somebody may be trying something: the event says so. */
  security?: true;
  /** An admin should look, whatever the person is told: the log says so. Of what is set up wrong this is always true. */
  admin?: true;
}

const failed: Judgement = { code: 'upstream_failed' };
const suspicious: Judgement = { code: 'upstream_failed', security: true };
const unavailable: Judgement = { code: 'upstream_unavailable' };
const misconfigured: Judgement = { code: 'upstream_misconfigured' };

/** Every way in which an upstream lets us down: the word for the log, what the person is told, whether it smells. */
const reasons = {
  upstream_gone: unavailable,
  callback_malformed: failed,
  callback_duplicate: failed,
  callback_error: failed,
  callback_refused: misconfigured,
  callback_unavailable: unavailable,
  callback_iss_wrong: suspicious,
  callback_iss_missing: suspicious,
  discovery_failed: unavailable,
  discovery_refused: misconfigured,
  network: unavailable,
  timeout: unavailable,
  /** It failed too often just now: nobody is sent there for a while. */
  circuit_open: unavailable,
  too_many_at_once: unavailable,
  tls: misconfigured,
  too_large: failed,
  redirect: misconfigured,
  insecure: misconfigured,
  address_refused: { code: 'upstream_misconfigured', security: true },
  token_unavailable: unavailable,
  token_refused: failed,
  token_client_refused: misconfigured,
  token_malformed: failed,
  id_token_missing: misconfigured,
  id_token_malformed: failed,
  alg_refused: suspicious,
  alg_unlisted: misconfigured,
  signature_wrong: suspicious,
  key_unknown: misconfigured,
  jwks_unavailable: { code: 'upstream_unavailable', admin: true },
  issuer_wrong: { code: 'upstream_failed', security: true, admin: true },
  audience_wrong: suspicious,
  azp_wrong: suspicious,
  nonce_missing: suspicious,
  nonce_mismatch: suspicious,
  id_token_expired: failed,
  id_token_too_old: failed,
  /** Whoever was to sign in anew there did not. */
  login_too_old: failed,
  id_token_in_future: failed,
  at_hash_wrong: suspicious,
  subject_invalid: { code: 'upstream_failed', admin: true },
  profile_unavailable: unavailable,
  profile_refused: failed,
  profile_malformed: failed,
  userinfo_subject_differs: suspicious,
  notification_malformed: failed,
  notification_too_old: suspicious,
  notification_unauthorized: suspicious,
} as const satisfies Record<string, Judgement>;

/** What the log says when an upstream let us down. */
export type Reason = keyof typeof reasons;

interface FailureDetails {
  cause?: unknown;
  upstreamError?: string | undefined;
  skewSeconds?: number | undefined;
  retryAfter?: number | undefined;
}

/**
 * A trip to an upstream that ends without an identity. `upstreamError` is the upstream's own error code, cut to plain characters;
 * `skewSeconds` says by how much a time of its was wrong, so that a clock that goes wrong is seen; `retryAfter`, for how many
 * seconds it asked us to stay away.
 */
export class UpstreamFailure extends Error {
  readonly reason: Reason;
  readonly code: FailureCode;
  readonly security: boolean;
  readonly admin: boolean;
  readonly upstreamError: string | undefined;
  readonly skewSeconds: number | undefined;
  readonly retryAfter: number;

  constructor(reason: Reason, details: FailureDetails = {}) {
    super(reason, { cause: details.cause });
    this.name = 'UpstreamFailure';
    this.reason = reason;
    const judgement: Judgement = reasons[reason];
    this.code = judgement.code;
    this.security = judgement.security ?? false;
    this.admin = judgement.admin ?? judgement.code === 'upstream_misconfigured';
    this.upstreamError = details.upstreamError;
    this.skewSeconds = details.skewSeconds;
    this.retryAfter = details.retryAfter ?? 0;
  }
}

/** What is kept of a failure beside its reason. */
export function factsOf({ security, upstreamError, skewSeconds }: UpstreamFailure) {
  return {
    security,
    ...(upstreamError === undefined ? {} : { upstream_error: upstreamError }),
    ...(skewSeconds === undefined ? {} : { skew_seconds: skewSeconds }),
  };
}

/** An upstream's error code as it may stand in a log, or undefined when it is no such thing. */
export function plainCode(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[A-Za-z0-9_.:-]{1,64}$/.test(text) ? text : undefined;
}
