import { createCpuMeter } from '../../bench/cpu_meter.ts';
import { percentile, rssOf } from '../../bench/figures.ts';
import { startSteadyLoad, type Sample } from '../../bench/steady_load.ts';
import type { AuditWorld } from '../audit_world.ts';

/** One thing that was measured for a line of the catalogue. */
export interface Finding {
  line: string;
  what: string;
  seen: string;
  goal: string;
  ok: boolean;
}

/** A figure that may be so much at most. */
export function atMost(line: string, what: string, seen: number, most: number, unit: string): Finding {
  return { line, what, seen: `${seen.toFixed(1)} ${unit}`, goal: `<= ${most} ${unit}`, ok: seen <= most };
}

/** Something that must be so. */
export function must(line: string, what: string, ok: boolean, seen: string): Finding {
  return { line, what, seen, goal: 'yes', ok };
}

/** How long the work took, and what it cost the server: CPU in milliseconds, memory it holds more than before in MB. */
export async function costOf<Result>(
  { gatehouse: { pid }, postmaster }: AuditWorld,
  work: () => Promise<Result>,
): Promise<{ result: Result; milliseconds: number; cpu: number; grown: number }> {
  const meter = createCpuMeter({ node: pid, postmaster });
  const [begun, before] = [performance.now(), rssOf(pid)];
  const result = await work();
  const milliseconds = performance.now() - begun;
  return { result, milliseconds, cpu: meter.lap().node, grown: rssOf(pid) - before };
}

/** Milliseconds of a look at the server's health, every so often until the work is done. */
export async function healthDuring(issuer: string, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let going = true;
  const looking = (async () => {
    while (going) {
      const begun = performance.now();
      await fetch(`${issuer}/health/live`).then((answer) => answer.text());
      times.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  try {
    await work();
  } finally {
    going = false;
    await looking;
  }
  return times;
}

const ALONE_SECONDS = 5;
/** Less is nothing that anybody would feel, and nothing that a machine keeps up. */
const UNFELT_MS = 50;

/** What tokens and keys take beside the work: at most three times what they take alone, asked for by another process. */
export async function beside(
  line: string,
  what: string,
  issuer: string,
  work: () => Promise<unknown>,
): Promise<Finding[]> {
  const load = startSteadyLoad(issuer, 25);
  try {
    load.begin();
    await new Promise((resolve) => setTimeout(resolve, ALONE_SECONDS * 1000));
    const alone = await load.end();
    load.begin();
    await work();
    const then = await load.end();
    return (['token', 'jwks'] as const).map((asked) => {
      const p95 = (samples: Sample[]) =>
        percentile(
          samples.filter((sample) => sample.what === asked).map(({ milliseconds }) => milliseconds),
          0.95,
        );
      return atMost(line, `${what}: ${asked}, p95`, p95(then), Math.max(UNFELT_MS, Math.round(3 * p95(alone))), 'ms');
    });
  } finally {
    load.stop();
  }
}
