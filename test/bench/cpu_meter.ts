import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { childrenOf } from '../support/processes.ts';

/** Milliseconds of CPU. */
export interface Cpu {
  node: number;
  postgres: number;
}

/** What was used between two readings. */
export interface CpuMeter {
  /** Since the last reading. */
  lap(): Cpu;
}

/**
 * Reads the CPU of a server and of its PostgreSQL, where it has one, by Linux's own account of every thread, which is exact to far less than a
 * millisecond. Other processes of the machine do not count, however busy they are.
 */
export function createCpuMeter({
  node,
  postmaster,
}: {
  node: number | readonly number[];
  postmaster?: number;
}): CpuMeter {
  const server = counter(() => [node].flat().flatMap(threadsOf));
  const database = counter(() =>
    postmaster === undefined ? [] : [postmaster, ...childrenOf(postmaster)].flatMap(threadsOf),
  );
  const meter = { lap: () => ({ node: server(), postgres: database() }) };
  meter.lap();
  return meter;
}

/** A thread that ends takes its last piece with it, no more: each is counted by what it added since it was seen last. */
function counter(threads: () => string[]): () => number {
  const seen = new Map<string, number>();
  return () => {
    let added = 0;
    for (const thread of threads()) {
      const now = nanoseconds(thread);
      added += now - (seen.get(thread) ?? 0);
      seen.set(thread, now);
    }
    return added / 1e6;
  };
}

function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return existsSync(folder) ? readdirSync(folder).map((thread) => `${folder}/${thread}`) : [];
}

function nanoseconds(thread: string): number {
  try {
    return Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    // It ended between the list and this look.
    return 0;
  }
}
