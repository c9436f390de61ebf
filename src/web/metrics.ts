import type { IncomingMessage, RequestListener } from 'node:http';
import { AggregatorRegistry, collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** One finished request. */
interface Sample {
  route: string;
  method: string;
  status: number;
  seconds: number;
}

/** What is counted, and how it is read. */
export interface Metrics {
  /** For the counters of other rooms. */
  registry: Registry;
  observe(sample: Sample): void;
  /** The numbers of this process as they are now, to be added to those of others. */
  numbers(): Promise<object>;
  /** Everything as Prometheus reads it: of all processes where there are several. */
  text(): Promise<string>;
  /** Serves GET /metrics and nothing else: for a port of its own. */
  handler: RequestListener;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * The numbers of this process, which are told together with those of its siblings: `all` gives those of every process, this
 * one among them. Labels come from small closed sets: route patterns, methods, status classes.
 */
export function createMetrics(all?: () => Promise<object[]>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['route', 'method', 'status'] as const;
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route pattern and status class.',
    labelNames,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte to the last of the answer.',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });

  const text = async () => (all ? AggregatorRegistry.aggregate(await all()) : registry).metrics();

  return {
    registry,
    numbers: () => registry.getMetricsAsJSON(),
    text,
    observe({ route, method, status, seconds }) {
      const labels = {
        route,
        method: METHODS.has(method) ? method : 'other',
        status: `${Math.floor(status / 100)}xx`,
      };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    handler(request, response) {
      if (!isScrape(request)) {
        response.writeHead(404, { 'Content-Length': 0 }).end();
        return;
      }
      text().then(
        (numbers) =>
          response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).end(numbers),
        () => response.writeHead(500).end(),
      );
    },
  };
}

function isScrape(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics';
}
