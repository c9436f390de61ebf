// npm run drill -- kill-postgres [--seed n] [--rounds n]: kills PostgreSQL under what people do, and says what it left.
import { parseArgs } from 'node:util';
import { killPostgres } from './kill_postgres.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, rounds: { type: 'string', default: '50' } },
});
if (positionals[0] !== 'kill-postgres') {
  process.stderr.write('usage: npm run drill -- kill-postgres [--seed n] [--rounds n]\n');
  process.exit(2);
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
process.stdout.write(`seed ${seed}\n`);
const rounds = await killPostgres({ seed, rounds: Number(values.rounds) }, (round, number) => {
  const { operation, moment, struck, told, done, broken } = round;
  const when = struck ? `killed at piece ${moment.piece}, ${moment.phase}` : 'killed after the answer';
  const state = `${told ? 'told' : 'not told'}, ${done ? 'done' : 'not done'}`;
  process.stdout.write(
    `${number} ${operation}: ${when}; ${state}${broken.length ? `; BROKEN: ${broken.join('; ')}` : ''}\n`,
  );
});
const bad = rounds.filter(({ broken }) => broken.length > 0).length;
const struck = rounds.filter((round) => round.struck).length;
process.stdout.write(`${rounds.length} deaths, ${struck} of them under a press; ${bad} left something broken\n`);
process.exitCode = bad === 0 ? 0 : 1;
