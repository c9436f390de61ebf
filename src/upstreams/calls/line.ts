import { isNativeError } from 'node:util/types';
import type { Logger } from '../../kit/logger.ts';
import { OutboundError, type Outbound } from '../../outbound/index.ts';
import { turnQueue } from '../../rate_limits/index.ts';
import { UpstreamFailure, plainCode } from '../failure.ts';
import type { UpstreamMetrics } from '../metrics.ts';
import { createCircuitBreaker, type CircuitBreaker, type Step } from './circuit_breaker.ts';
import type { LineSettings } from './settings.ts';

export type { Step };

/** The line to one upstream: every call that a login there needs goes through here, and none to another. */
export interface Line extends Pick<CircuitBreaker, 'pausedFor' | 'isBroken'> {
  /** The client for one step. Fails like the one of `outbound`, and with UpstreamFailure `circuit_open` or `too_many_at_once`. */
  fetch(step: Step): Outbound['fetch'];
}

interface LineDeps {
  upstreamId: string;
  settings: LineSettings;
  fetch: Outbound['fetch'];
  metrics: Pick<UpstreamMetrics, 'called'>;
  logger: Logger;
  /** Ends every call. */
  closed: AbortSignal;
}

/** Whoever waits for a turn beyond either bound is told that the upstream is not available: a slow one must not fill the process. */
const WAITING = 256;
const PATIENCE_MILLISECONDS = 10_000;

/** How providers name a request of ours in their own logs. */
const REQUEST_IDS = [
  'x-request-id',
  'x-github-request-id',
  'x-fb-trace-id',
  'x-ms-request-id',
  'x-li-uuid',
  'x-transaction-id',
  'x-line-request-id',
  'cf-ray',
];

/** Opens the line. */
export function openLine(deps: LineDeps): Line {
  const { upstreamId: upstream, settings, logger, closed } = deps;
  const breaker = createCircuitBreaker(settings, (change) => {
    if (change.paused > 0) logger.warn({ upstream, ...change }, 'upstream paused');
    else logger.info({ upstream }, 'upstream works again');
  });
  const crowded = () => new UpstreamFailure('too_many_at_once');
  const turns = turnQueue({ atOnce: settings.at_once, waiting: WAITING, full: crowded });
  return {
    pausedFor: breaker.pausedFor,
    isBroken: breaker.isBroken,
    fetch: (step) => (input, init) => {
      const asked = performance.now();
      const signal = AbortSignal.any([closed, ...(init?.signal ? [init.signal] : [])]);
      return turns.run(async () => {
        if (performance.now() - asked > PATIENCE_MILLISECONDS) throw crowded();
        return breaker.run(step, () => watched(deps, step, () => deps.fetch(input, { ...init, signal })));
      });
    },
  };
}

/** Counts and times a call, and writes a line when it fails: what an operator needs to ask the provider, and nothing secret. */
async function watched(
  { upstreamId: upstream, metrics, logger }: LineDeps,
  step: Step,
  call: () => Promise<Response>,
): Promise<Response> {
  const started = performance.now();
  const facts = () => ({ upstream, step, ms: Math.round(performance.now() - started) });
  try {
    const answer = await call();
    const { status, headers } = answer;
    if (status >= 400) logger.warn({ ...facts(), status, request_id: requestIdIn(headers) }, 'upstream refused');
    return answer;
  } catch (error) {
    logger.warn({ ...facts(), reason: reasonOf(error) }, 'upstream did not answer');
    throw error;
  } finally {
    metrics.called(upstream, step, (performance.now() - started) / 1000);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return error.reason;
  return isNativeError(error) ? error.name : 'unknown';
}

function requestIdIn(headers: Headers): string | undefined {
  return REQUEST_IDS.map((name) => plainCode(headers.get(name))).find((value) => value !== undefined);
}
