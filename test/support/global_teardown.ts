type Work = () => Promise<void>;

// Jest loads setup and teardown as separate modules of one process: what they share hangs on the process itself.
const LEFT = Symbol.for('gatehouse.test.at_the_end');
const shared = globalThis as { [LEFT]?: Work[] };

/** Remembers what has to be done after the last test; the newest is done first. */
export function atTheEnd(work: Work): void {
  (shared[LEFT] ??= []).unshift(work);
}

export default async function globalTeardown(): Promise<void> {
  for (const work of shared[LEFT] ?? []) await work();
}
