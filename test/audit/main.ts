// Sends every form that takes an address, for an address of every class in turn,
// to a server of its own. Status, headers, body and redirect must be equal, and no class may answer faster or slower than
// max(5 ms, 3 %) around the overall median. Ends with 1 when anything differs. The column `by chance` is how far apart the
// medians of one and the same class are: where that is more than what is allowed, the machine was too busy to tell.
import { readLine, wholeNumber } from '../support/command_usage.ts';
import { startAuditWorld } from './audit_world.ts';
import { firstDifference, median, normalised } from './compare.ts';
import { measure } from './measure.ts';
import { addresses, classes, type Class } from './people.ts';
import { follow, openSurfaces, send, type Surface } from './surfaces.ts';

const usage = `usage: npm run audit:enumeration -- [samples, ${classes.length} or more] [runs]\n`;
const { positionals } = readLine(usage, { allowPositionals: true });
const samples = wholeNumber(usage, positionals[0] ?? '500', classes.length);
const runs = wholeNumber(usage, positionals[1] ?? '3');

const world = await startAuditWorld();
try {
  let passed = true;
  for (let run = 1; run <= runs; run += 1) {
    print(`\nrun ${run} of ${runs}, ${samples} samples of each form`);
    print(['form', 'answers', 'median', 'by chance', ...classes].map((cell) => cell.padEnd(14)).join(''));
    for (const surface of await openSurfaces(world.app.url, world.database)) passed = (await audit(surface)) && passed;
  }
  print(passed ? '\nNothing tells the classes apart.' : '\nSomething tells the classes apart.');
  process.exitCode = passed ? 0 : 1;
} finally {
  await world.stop();
}

/** Prints one line of the table, and what differs. */
async function audit(surface: Surface): Promise<boolean> {
  const differences = await differencesOf(surface);
  const times = await measure(surface, samples / classes.length);
  const overall = median(classes.flatMap((name) => times[name]));
  const allowed = Math.max(5, overall * 0.03);
  const cells = classes.map((name) => {
    const off = median(times[name]) - overall;
    return { ok: Math.abs(off) <= allowed, text: `${off < 0 ? '' : '+'}${off.toFixed(2)}` };
  });
  const shown = cells.map(({ ok, text }) => `${text} ms${ok ? '' : ' (!)'}`);
  const chance = Math.max(...classes.map((name) => apart(times[name])));
  const answers = differences.length === 0 ? 'equal' : 'DIFFER';
  const row = [surface.name, answers, `${overall.toFixed(1)} ms`, `${chance.toFixed(2)} ms`, ...shown];
  print(row.map((cell) => cell.padEnd(14)).join(''));
  for (const difference of differences) print(`  ${difference}`);
  if (chance > allowed && cells.some(({ ok }) => !ok))
    print('  The machine was too busy to tell: run it again when it is quiet.');
  return differences.length === 0 && cells.every(({ ok }) => ok);
}

/** How the answers for each class differ from those for an address of nobody. The first request of a visit only warms up. */
async function differencesOf(surface: Surface): Promise<string[]> {
  const seen = new Map<Class, string>();
  for (const name of [...classes, ...classes]) {
    await surface.again?.();
    const answer = await send(surface, name);
    seen.set(name, normalised([answer, await follow(surface, name, answer)], addresses[name]));
  }
  const unknown = seen.get('unknown') ?? '';
  return classes.flatMap((name) => {
    const other = seen.get(name) ?? '';
    return other === unknown ? [] : [`unknown | ${name}: ${firstDifference(unknown, other)}`];
  });
}

/** How far the medians of every other sample are from those of the rest. */
function apart(values: number[]): number {
  const half = (rest: number) => median(values.filter((_, at) => at % 2 === rest));
  return Math.abs(half(0) - half(1));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
