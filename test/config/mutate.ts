import { formatTallies, mutationRun } from './mutations.ts';

// node test/config/mutate.ts [seed]: how much of what is done wrong to a right file the check finds, and what it misses.
const seed = Number(process.argv[2] ?? 1);
process.stdout.write('doing one thing wrong at a time\n');
const tallies = await mutationRun(seed);
process.stdout.write(`${formatTallies(seed, tallies)}\n`);
for (const { kind, missed } of tallies) {
  if (missed.length > 0) process.stdout.write(`${kind}, missed:\n${missed.map((what) => `  ${what}\n`).join('')}`);
}
