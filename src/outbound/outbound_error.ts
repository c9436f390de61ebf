/** What kept a call from its answer; `address_refused`, `redirect` and `insecure` were decided by us. */
type OutboundReason = 'address_refused' | 'timeout' | 'too_large' | 'network' | 'redirect' | 'insecure';

/** Why a call did not give an answer. The message names neither query nor body, so that it may be logged. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason, host: string, cause?: unknown) {
    super(`${reason}: ${host}`, { cause });
    this.name = 'OutboundError';
    this.reason = reason;
  }
}

/** The OutboundError inside an error or its causes (undici wraps what its connector throws), or undefined. */
export function findOutboundError(error: unknown): OutboundError | undefined {
  for (let step = error; step instanceof Error; step = step.cause) if (step instanceof OutboundError) return step;
  return undefined;
}
