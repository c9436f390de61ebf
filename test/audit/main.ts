// npm run audit:enumeration -- [samples] [runs]: sends every form that takes an address, for an address of every class in turn,
// to a server of its own. Status, headers, body and redirect must be equal, and no class may answer faster or slower than
// max(5 ms, 3 %) around the overall median. Ends with 1 when anything differs. The column `by chance` is how far apart the
// medians of one and the same class are: where that is more than what is allowed, the machine was too busy to tell.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, startEmbedded } from '../../src/database/index.ts';
import { startRelyingParty } from '../client/start.ts';
import { freePortPair, startGatehouse } from '../support/gatehouse.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';
import { firstDifference, median, normalised, shuffled } from './compare.ts';
import { addresses, classes, makePeople, type Class } from './people.ts';
import { follow, openSurfaces, send, type Surface } from './surfaces.ts';

const [samples = 500, runs = 3] = process.argv.slice(2).map(Number);
if (!(samples >= classes.length && runs >= 1)) {
  process.stderr.write('usage: npm run audit:enumeration -- [samples, 5 or more] [runs]\n');
  process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'));
const embedded = await startEmbedded({ dataDir: join(scratch, 'postgres') });
const database = openDatabase({ url: embedded.url }, { poolSize: 2 });
const port = await freePortPair();
const issuer = `http://localhost:${port}`;
const app = await startRelyingParty({ issuer, clientId: 'app', clientSecret: CLIENT_SECRET });
const gatehouse = await startGatehouse({
  databaseUrl: embedded.url,
  port,
  settings: { clients: [clientOf(app.url)], limits: { enabled: false } },
  // As the launchers and the image start it.
  environment: { NODE_OPTIONS: '--max-semi-space-size=16', GATEHOUSE_TEST_CLOCK: '' },
});
try {
  await makePeople({ gatehouse, app }, database);
  let passed = true;
  for (let run = 1; run <= runs; run += 1) {
    print(`\nrun ${run} of ${runs}, ${samples} samples of each form`);
    print(['form', 'answers', 'median', 'by chance', ...classes].map((cell) => cell.padEnd(14)).join(''));
    for (const surface of await openSurfaces(app.url, database)) passed = (await audit(surface)) && passed;
  }
  print(passed ? '\nNothing tells the classes apart.' : '\nSomething tells the classes apart.');
  process.exitCode = passed ? 0 : 1;
} finally {
  await gatehouse.stop();
  await app.stop();
  await database.close();
  await embedded.stop();
  await rm(scratch, { recursive: true, force: true });
}

/** Prints one line of the table, and what differs. */
async function audit(surface: Surface): Promise<boolean> {
  const differences = await differencesOf(surface);
  const times = await measure(surface);
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

async function measure(surface: Surface): Promise<Record<Class, number[]>> {
  // Object.fromEntries forgets the names it was given.
  const times = Object.fromEntries(classes.map((name) => [name, []])) as unknown as Record<Class, number[]>;
  for (let round = 0; round < samples / classes.length; round += 1) {
    await surface.again?.();
    for (const name of shuffled(classes)) {
      const begun = performance.now();
      await send(surface, name);
      times[name].push(performance.now() - begun);
    }
  }
  return times;
}

/** How far the medians of every other sample are from those of the rest. */
function apart(values: number[]): number {
  const half = (rest: number) => median(values.filter((_, at) => at % 2 === rest));
  return Math.abs(half(0) - half(1));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
