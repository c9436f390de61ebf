import { readFile, writeFile } from 'node:fs/promises';
import { chartOf } from './chart.ts';
import type { Report } from './results.ts';
import { sizeTable } from './sizes.ts';
import { figureTable, inMarkdown, loadTable, missed, operationTable } from './table.ts';

const root = new URL('../../', import.meta.url);
const CHART = 'docs/pictures/bench.svg';
/** What stands between two of them is written here and nowhere else. */
const PLACES = { bench: 'README.md', loads: 'docs/scale.md', sizes: 'docs/scale.md' } as const;

/**
 * Writes a report into README.md, its chart beside the other pictures, and further loads and the sizes of rows into docs/scale.md.
 * Rejects when a file has lost its marks.
 */
export async function writeReadme(report: Report): Promise<void> {
  await writeFile(new URL(CHART, root), chartOf(report));
  const { sizes, rows } = report;
  const measured = `Measured at ${rows.toLocaleString('en')} rows on ${report.date}:`;
  await write('loads', `${measured}\n\n${inMarkdown(loadTable(report))}`);
  if (sizes?.length) await write('sizes', `${measured}\n\n${inMarkdown(sizeTable(sizes))}`);
  await write('bench', sectionOf(report));
}

async function write(place: keyof typeof PLACES, section: string): Promise<void> {
  const name = PLACES[place];
  const file = new URL(name, root);
  const [first, last] = [`<!-- ${place}: written by npm run bench -- readme -->`, `<!-- end of ${place} -->`];
  const text = await readFile(file, 'utf8');
  const begin = text.indexOf(first);
  const end = text.indexOf(last);
  if (begin < 0 || end < begin) throw new Error(`${name} needs the lines ${first} and ${last}`);
  await writeFile(file, `${text.slice(0, begin + first.length)}\n\n${section}\n\n${text.slice(end)}`);
}

/** The figures of a report in Markdown: the machine, the tables, what was missed. */
export function sectionOf(report: Report): string {
  const { machine, rows, concurrency, pairs, settings, date } = report;
  const chosen = Object.entries(settings).map(([name, value]) => `\`${name}\` ${value}`);
  const names = missed(report);
  return [
    `Measured on ${date}: ${machine.cores} cores (${machine.cpu}), ${machine.memory} GB, load ${machine.load} before, Node ${machine.node}, PostgreSQL ${machine.postgres} with ${chosen.join(', ')} and everything durable; at least ${rows.toLocaleString('en')} rows in each table, keys drawn over all of them, ${concurrency} requests at once, medians of ${pairs} interleaved pairs with their 90 % interval.`,
    `![Ratio of each operation to its yardstick, with the figure to reach](${CHART})`,
    inMarkdown(operationTable(report)),
    ...(report.figures.length > 0 ? [inMarkdown(figureTable(report))] : []),
    names.length === 0 ? 'Every figure is met.' : `Missed: ${names.join(', ')}.`,
  ].join('\n\n');
}
