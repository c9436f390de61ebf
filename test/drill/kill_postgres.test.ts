import { expect, it } from '@jest/globals';
import { killPostgres } from './kill_postgres.ts';

it('leaves nothing half done when PostgreSQL is killed under what people do', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const rounds = await killPostgres({ seed, rounds: 3 });
  // The seed draws the same rounds again: npm run drill -- kill-postgres --seed <n> --rounds 3
  expect(rounds.map((round) => ({ seed, ...round })).filter(({ broken }) => broken.length > 0)).toEqual([]);
  expect(rounds).toHaveLength(3);
}, 120_000);
