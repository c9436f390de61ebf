import type { Journal } from './load/journal.ts';

/** What came of a drill. */
export interface DrillReport {
  acknowledged: Journal['acknowledged'];
  /** Answers that told nothing, by status; 0 is none at all. */
  errors: Record<string, number>;
  /** Seconds from the last strike to the last error. */
  recovered: number;
  /** Seconds that the slowest answer took. */
  slowest: number;
  /** What else is worth a line, in words. */
  notes: string[];
  /** What must not be, in words. */
  violations: string[];
}

/** Sums up. `struck` is when the last fault struck, on the clock of the journal. */
export function reportOf(
  { acknowledged, errors, slowest, wrong }: Journal,
  struck: number,
  notes: string[] = [],
): DrillReport {
  const byStatus: Record<string, number> = {};
  for (const { status } of errors) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const last = Math.max(struck, ...errors.map(({ at }) => at));
  return {
    acknowledged,
    errors: byStatus,
    recovered: (last - struck) / 1000,
    slowest: slowest / 1000,
    notes,
    violations: [...new Set(wrong)],
  };
}

/** As lines for people. */
export function linesOf({ acknowledged, errors, recovered, slowest, notes, violations }: DrillReport): string[] {
  const counted = (record: Record<string, number>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `acknowledged: ${counted(acknowledged)}`,
    `without an answer, by status (0: none at all): ${counted(errors) || 'none'}`,
    `last error ${recovered.toFixed(1)} s after the last strike; slowest answer ${slowest.toFixed(1)} s`,
    ...notes,
    ...violations.map((violation) => `VIOLATION: ${violation}`),
    violations.length === 0 ? 'everything that was acknowledged holds' : `${violations.length} violations`,
  ];
}
