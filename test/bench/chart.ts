import { goals, goalText, isMet } from './goals.ts';
import type { Judged, Report } from './results.ts';

const SIZE = { width: 760, row: 30, left: 190, right: 170, top: 56, bottom: 34 };

/** Colours for light and for dark pages: a picture cannot take those of the page around it. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2933 }
  .faint { fill: #5b6773; font-size: 12px } .title { font-weight: 600; font-size: 15px }
  .bar { fill: #3b76d1 } .missed { fill: #c2571a } .grid { stroke: #d5dbe1 }
  .limit { stroke: #1f2933; stroke-width: 2.5 } .spread { stroke: #10315e; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eaee } .faint { fill: #9aa6b2 } .bar { fill: #6ea3f0 } .missed { fill: #f0945a }
    .grid { stroke: #3a434d } .limit { stroke: #e6eaee } .spread { stroke: #dbe8fb }
  }`;

interface Bar {
  name: string;
  judged: Judged;
}

/** A chart of the judged ratios, as SVG: a bar each, its 90 % interval, and the figure to reach as a mark across it. */
export function chartOf(report: Report): string {
  const bars = barsOf(report);
  const most = Math.max(1, ...bars.flatMap(({ judged }) => [judged.high, limitOf(judged)]));
  const scale = (SIZE.width - SIZE.left - SIZE.right) / (Math.ceil(most * 5) / 5);
  const height = SIZE.top + bars.length * SIZE.row + SIZE.bottom;
  const x = (value: number) => (SIZE.left + value * scale).toFixed(1);
  const bottom = height - SIZE.bottom;
  const ticks = Array.from({ length: Math.floor(most / 0.5) + 1 }, (_, index) => index * 0.5);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">Ratios of ${bars.length} operations, and the figure that each has to reach</title>`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="16" y="22">Each operation against its yardstick</text>`,
    `<text class="faint" x="16" y="40">${report.rows} rows a table, ${report.concurrency} at once, ${report.pairs} interleaved pairs, ${report.date}; the mark is the figure to reach</text>`,
    ...ticks.map(
      (value) =>
        `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${SIZE.top}" y2="${bottom}"/><text class="faint" text-anchor="middle" x="${x(value)}" y="${bottom + 18}">${value.toFixed(1)}</text>`,
    ),
    ...bars.map((bar, index) => drawn(bar, SIZE.top + index * SIZE.row, x)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** Whatever has a ratio as its goal; not memory, and not times. */
function barsOf({ operations, figures }: Report): Bar[] {
  const ofOperations = operations.flatMap(({ operation, judged }) => (judged ? [{ name: operation, judged }] : []));
  const ratios = figures.flatMap(({ name, judged }) =>
    judged && goals[judged.goal].figure.includes('against') ? [{ name, judged }] : [],
  );
  return [...ofOperations, ...ratios];
}

function drawn({ name, judged }: Bar, top: number, x: (value: number) => string): string {
  const goal = goals[judged.goal];
  const middle = top + SIZE.row / 2;
  const limit = x(limitOf(judged));
  const across = (one: string, other: string, kind: string, y1: number, y2: number) =>
    `<line class="${kind}" x1="${one}" x2="${other}" y1="${y1}" y2="${y2}"/>`;
  return [
    `<text text-anchor="end" x="${SIZE.left - 10}" y="${middle + 4}">${escaped(name)}</text>`,
    `<rect class="${isMet(goal, judged) ? 'bar' : 'missed'}" x="${x(0)}" y="${top + 6}" width="${(Number(x(judged.median)) - Number(x(0))).toFixed(1)}" height="${SIZE.row - 12}" rx="2"/>`,
    across(x(judged.low), x(judged.high), 'spread', middle, middle),
    across(limit, limit, 'limit', top + 2, top + SIZE.row - 2),
    `<text class="faint" x="${SIZE.width - SIZE.right + 14}" y="${middle + 4}">${judged.median.toFixed(2)}, figure ${escaped(goalText(goal))}</text>`,
  ].join('');
}

function limitOf({ goal }: Judged): number {
  const { atMost, atLeast }: { atMost?: number; atLeast?: number } = goals[goal];
  return atMost ?? atLeast ?? 0;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
