// Drives every route of a server of its own with requests made from a grammar. Never
// may one be answered with 5xx (but for a deliberate 503), cost more than 250 ms of CPU, or bring the stranger's markup, header
// or redirect into the answer. Ends with 1 when one did; the same seed sends the same requests.
import { startBenchWorld } from '../bench/bench_world.ts';
import { createCpuMeter } from '../bench/cpu_meter.ts';
import { readLine, seedOf, wholeNumber } from '../support/command_usage.ts';
import { createDraw } from './draw.ts';
import { createHunt } from './hunt.ts';
import { allRoutes } from './routes.ts';
import { report } from './report.ts';

const usage = 'usage: npm run fuzz -- [--minutes N] [--seed N]\n';
const { values: given } = readLine(usage, {
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const seed = seedOf(usage, given.seed);
const minutes = wholeNumber(usage, given.minutes);
const print = (line: string) => process.stdout.write(`${line}\n`);
print(`seed ${seed}, ${minutes} minutes`);

const world = await startBenchWorld({ client: { first_party: false } });
try {
  const routes = await allRoutes(world.databaseUrl);
  const meter = createCpuMeter({ node: world.gatehouse.pid, postmaster: world.postmaster });
  const hunt = await createHunt({ world, routes, meter, draw: createDraw(seed), say: print });
  const until = Date.now() + minutes * 60_000;
  let spoken = Date.now();
  while (Date.now() < until && hunt.found.length < 20) {
    await hunt.round();
    if (Date.now() - spoken < 10_000) continue;
    spoken = Date.now();
    const left = Math.ceil((until - spoken) / 1000);
    print(
      `${hunt.sent()} requests, ${hunt.found.length} findings, dearest ${hunt.dearest().toFixed(0)} ms, ${left} s left`,
    );
  }
  process.exitCode = report({ hunt, routes, print }) ? 0 : 1;
} finally {
  await world.stop();
}
