// How much of what is done wrong to a right file the check finds, and what it misses.
import { readLine, wholeNumber } from '../support/command_usage.ts';
import { formatTallies, mutationRun } from './mutations.ts';

const usage = 'usage: npm run mutate -- [seed]\n';
const { positionals } = readLine(usage, { allowPositionals: true });
const seed = wholeNumber(usage, positionals[0] ?? '1', 0);
process.stdout.write('doing one thing wrong at a time\n');
const tallies = await mutationRun(seed);
process.stdout.write(`${formatTallies(seed, tallies)}\n`);
for (const { kind, missed } of tallies) {
  if (missed.length > 0) process.stdout.write(`${kind}, missed:\n${missed.map((what) => `  ${what}\n`).join('')}`);
}
