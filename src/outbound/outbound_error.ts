import { isNativeError } from 'node:util/types';

/** What kept a call from its answer; `address_refused`, `redirect` and `insecure` were decided by us. */
type OutboundReason = 'address_refused' | 'timeout' | 'too_large' | 'network' | 'tls' | 'redirect' | 'insecure';

/** Why a call did not give an answer. The message names neither query nor body, so that it may be logged. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;
  readonly host: string;

  constructor(reason: OutboundReason, host: string, cause?: unknown) {
    super(`${reason}: ${host}`, { cause });
    this.name = 'OutboundError';
    this.reason = reason;
    this.host = host;
  }
}

/** Node's codes for a certificate that does not hold, and for whatever is no TLS: https://nodejs.org/api/tls.html */
const TLS = /^ERR_(TLS|SSL)_|^EPROTO$|CERT|CRL|SIGNATURE|HOSTNAME|PATH_LENGTH|INVALID_(CA|PURPOSE)/;

/** Our error for whatever a call threw. Nothing is called a network's fault that only somebody's settings can mend. */
export function outboundError(error: unknown, host: string): OutboundError {
  const known = findOutboundError(error);
  if (known) return known;
  const codes = [...causesOf(error)].map((step) => ('code' in step ? String(step.code) : ''));
  return new OutboundError(codes.some((code) => TLS.test(code)) ? 'tls' : 'network', host, error);
}

/** The OutboundError inside an error or its causes (undici wraps what its connector throws), or undefined. */
function findOutboundError(error: unknown): OutboundError | undefined {
  return [...causesOf(error)].find((step) => step instanceof OutboundError);
}

function* causesOf(error: unknown): Generator<Error> {
  for (let step = error; isNativeError(step); step = step.cause) yield step;
}
