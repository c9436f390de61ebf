import { readFile, writeFile } from 'node:fs/promises';
import { misused, readLine, wholeNumber } from '../support/command_usage.ts';
import { brokerPart } from './broker_part.ts';
import { chartOf } from './chart.ts';
import { failoverPart } from './failover_part.ts';
import { print } from './figures.ts';
import { growthPart } from './growth.ts';
import type { Pace } from './pairs.ts';
import { passwordPart } from './password.ts';
import { writeReadme } from './readme.ts';
import type { Report } from './results.ts';
import { operationPart, processFigures, run, type Run } from './run.ts';
import { measureTarget, targetUsage, targetWish } from './target/target.ts';
import { figureTable, inColumns, loadTable, missed, operationTable } from './table.ts';

type Part = (run: Run) => Promise<void>;

/** What `all` is made of, in its order. */
const parts: Record<string, Part> = {
  growth: growthPart,
  code: operationPart('code'),
  'client-credentials': operationPart('client-credentials'),
  refresh: operationPart('refresh'),
  userinfo: operationPart('userinfo'),
  introspect: operationPart('introspect'),
  discovery: operationPart('discovery'),
  jwks: operationPart('jwks'),
  password: passwordPart,
  broker: brokerPart,
  failover: failoverPart,
};

const PACE: Pace = { warmUp: 4000, lap: 1500, pairs: 9, more: 2000 };
const QUICK: Pace = { warmUp: 1000, lap: 400, pairs: 7, more: 500 };

/** How the command is used. */
export const usage = `usage: npm run bench -- all | ${Object.keys(parts).join(' | ')} ...
  [--rows n] [--quick] [--json FILE] [--chart FILE.svg] [--readme]
  readme FILE: writes the figures of a file that --json has made into README.md
another provider:
${targetUsage}or one with a form of its own: login | login-page [count] | logins [count] [at once] | broker [count] | reload [clients] | expiry [rows]
`;

/** `all`, or parts of it by name: measures, prints the tables, and writes what was asked for. */
export async function measure(args: string[]): Promise<{ lost: number }> {
  const { positionals, values } = readLine(usage, {
    args,
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      quick: { type: 'boolean' },
      json: { type: 'string' },
      chart: { type: 'string' },
      readme: { type: 'boolean' },
    },
  });
  const unknown = positionals.find((name) => name !== 'all' && !Object.hasOwn(parts, name));
  if (unknown !== undefined) misused(usage, `there is no bench ${unknown}`);
  if (positionals.length === 0) misused(usage, 'which bench?');
  const chosen = positionals.includes('all') ? Object.keys(parts) : positionals;
  const rows = wholeNumber(usage, values.rows ?? (values.quick ? '10000' : '1000000'));
  const pace = values.quick ? QUICK : PACE;
  const report = await run({ rows, pace }, [...chosen.flatMap((name) => parts[name] ?? []), processFigures]);
  printReport(report);
  if (values.chart !== undefined) await writeFile(values.chart, chartOf(report));
  if (values.readme) await writeReadme(report);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return { lost: report.failed };
}

function printReport(report: Report): void {
  const { machine, rows, concurrency, pairs, settings } = report;
  const chosen = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  print('date', report.date);
  print('machine', `${machine.cores} cores, ${machine.memory} GB, load ${machine.load} at the start, ${machine.cpu}`);
  print('software', `Node ${machine.node}, PostgreSQL ${machine.postgres}, ${chosen.join(', ')}`);
  print('method', `${rows} rows a table, ${concurrency} at once, ${pairs} interleaved pairs, medians`);
  process.stdout.write(`\n${inColumns(operationTable(report))}\n${inColumns(loadTable(report))}\n`);
  if (report.figures.length > 0) process.stdout.write(`${inColumns(figureTable(report))}\n`);
  print('requests lost', String(report.failed), '0');
  const names = missed(report);
  print('figures missed', names.length === 0 ? 'none' : names.join(', '));
}

/** `--target URL ...`: the same flow at another provider. */
export async function benchTarget(args: string[]): Promise<{ lost: number }> {
  const { json, ...wish } = targetWish(args, { full: PACE, quick: QUICK });
  print('target', wish.issuer);
  const results = await measureTarget(wish);
  process.stdout.write(`\n${inColumns(operationTable(results))}\n${inColumns(loadTable(results))}\n`);
  for (const sentence of results.leftOut) print('left out', sentence);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
  return { lost: results.failed };
}

/** `readme FILE`: takes the figures of a run for README.md. */
export async function benchReadme(args: string[]): Promise<{ lost: number }> {
  const [file] = readLine(usage, { args, allowPositionals: true }).positionals;
  if (file === undefined) misused(usage, 'which file?');
  await writeReadme(JSON.parse(await readFile(file, 'utf8')) as Report); // of --json
  return { lost: 0 };
}
