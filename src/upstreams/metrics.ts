import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Arrival } from './door.ts';
import type { FailureCode } from './failure.ts';
import type { Step } from './calls/circuit_breaker.ts';

/** How a login at an upstream ended. */
type Outcome = Exclude<Arrival['outcome'], 'failed' | 'resume'> | FailureCode;

/** What is counted of upstreams. Labels are ids of the config file and words of ours: nothing that a stranger or an upstream says. */
export interface UpstreamMetrics {
  ended(upstreamId: string, outcome: Outcome): void;
  called(upstreamId: string, step: Step, seconds: number): void;
}

/** Adds the metrics to a registry, once; `available` is asked at each scrape. */
export function createUpstreamMetrics(
  registry: Registry,
  available: () => { id: string; available: boolean }[],
): UpstreamMetrics {
  const registers = [registry];
  const logins = new Counter({
    name: 'upstream_login_total',
    help: 'Logins at an upstream that ended, by how.',
    labelNames: ['upstream', 'outcome'] as const,
    registers,
  });
  const calls = new Histogram({
    name: 'upstream_http_seconds',
    help: 'Time from a call to an upstream to its last byte, or to its failure.',
    labelNames: ['upstream', 'step'] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const gauge: Gauge<'upstream'> = new Gauge({
    name: 'upstream_available',
    help: '1 while people can be sent there, 0 while not.',
    labelNames: ['upstream'] as const,
    registers,
    collect() {
      // One that is not configured any more has no line.
      gauge.reset();
      for (const entry of available()) gauge.set({ upstream: entry.id }, Number(entry.available));
    },
  });
  return {
    ended: (upstream, outcome) => logins.inc({ upstream, outcome }),
    called: (upstream, step, seconds) => calls.observe({ upstream, step }, seconds),
  };
}

/** The outcome of an arrival; undefined when nothing has ended: it goes on elsewhere, or there is no such upstream. */
export function outcomeOf(arrival: Arrival): Outcome | undefined {
  if (arrival.outcome === 'resume') return undefined;
  if (arrival.outcome === 'failed') return arrival.code;
  if (arrival.outcome !== 'refused') return arrival.outcome;
  return arrival.code === 'not_found' ? undefined : 'refused';
}
