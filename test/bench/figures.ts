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
