import { goalText, goals, isMet } from './goals.ts';
import type { Judged, Load, Report } from './results.ts';

/** Rows of cells; the first row has the headings. */
export type Table = string[][];

/** The operations, as they are judged: all at the same concurrency. */
export function operationTable({ operations }: Pick<Report, 'operations'>): Table {
  const heading = ['operation', 'req/s', 'p50 ms', 'p99 ms', 'node µs', 'PG µs', 'statements', 'WAL B', 'commits'];
  const rows = operations.map(({ operation, ours, statements, wal, commits, rss, judged, yardstick, rates }) => [
    operation,
    ...loadCells(ours),
    fixed(statements, 2),
    fixed(wal, 0),
    fixed(commits, 2),
    fixed(rss, 0),
    fixed(yardstick?.rate, 0),
    fixed(yardstick?.node, 0),
    fixed(rates?.median, 2),
    ...judgedCells(judged),
  ]);
  return [[...heading, 'RSS MB', 'yardstick req/s', 'its µs', 'of its rate', 'ratio (90 %)', 'figure', ''], ...rows];
}

/** The same operations under fewer and more at once, and in open loops, where latency counts from the intended start. */
export function loadTable({ operations }: Pick<Report, 'operations'>): Table {
  const rows = operations.flatMap(({ operation, ours, more }) =>
    [ours, ...more].toSorted(bySize).map((load) => [operation, wayOf(load), ...loadCells(load)]),
  );
  return [['operation', 'load', 'req/s', 'p50 ms', 'p99 ms', 'node µs', 'PG µs'], ...rows];
}

/** All other figures. */
export function figureTable({ figures }: Report): Table {
  return [
    ['figure', 'seen', 'ratio (90 %)', 'figure', ''],
    ...figures.map(({ name, text, judged }) => [name, text, ...judgedCells(judged)]),
  ];
}

function judgedCells(judged: Judged | undefined): string[] {
  if (!judged) return ['', '', ''];
  const goal = goals[judged.goal];
  const digits = judged.median >= 100 ? 0 : 2;
  const [median, low, high] = [judged.median, judged.low, judged.high].map((value) => value.toFixed(digits));
  return [`${median} (${low} to ${high})`, goalText(goal), isMet(goal, judged) ? 'met' : 'MISSED'];
}

function loadCells({ rate, p50, p99, node, postgres }: Load): string[] {
  return [fixed(rate, 0), fixed(p50, 1), fixed(p99, 1), fixed(node, 0), fixed(postgres, 0)];
}

function wayOf({ concurrency, offered }: Load): string {
  return offered === undefined ? `${concurrency} at once` : `open, ${offered}/s`;
}

function bySize(one: Load, other: Load): number {
  return (one.concurrency ?? 1e6 + (one.offered ?? 0)) - (other.concurrency ?? 1e6 + (other.offered ?? 0));
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits);
}

/** In columns, for a terminal. */
export function inColumns(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const isText = (column: number) => column === 0;
  const line = (row: string[]) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${table.map(line).join('\n')}\n`;
}

/** As Markdown, in columns, as the formatter of the repository leaves it. */
export function inMarkdown(table: Table): string {
  const [heading = [], ...rows] = table;
  const widths = heading.map((_, column) => Math.max(3, ...table.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(heading), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What was missed, by name. */
export function missed({ operations, figures }: Report): string[] {
  const judged = [
    ...operations.map((one) => ({ name: one.operation, judged: one.judged })),
    ...figures.map(({ name, judged: of }) => ({ name, judged: of })),
  ];
  return judged.flatMap(({ name, judged: of }) => (of && !isMet(goals[of.goal], of) ? [name] : []));
}
