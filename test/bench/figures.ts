import { readFileSync } from 'node:fs';

/** The value below which so large a share of the figures lies. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** One line: what was measured, what was seen, and the goal where there is one. */
export function print(name: string, value: string, goal = ''): void {
  process.stdout.write(`${name.padEnd(34)} ${value.padEnd(44)} ${goal}`.trimEnd());
  process.stdout.write('\n');
}

/** Resident memory in MB, of Linux's own account. */
export function rssOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** Seconds of CPU so far; the kernel counts in hundredths. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
