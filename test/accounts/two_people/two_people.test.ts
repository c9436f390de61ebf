import { expect, it } from '@jest/globals';
import { playTwoPeople } from './play.ts';

it('joins no two people unless each proved the address, whatever two of them do', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const played = await playTwoPeople({ sequences: 150, seed });
  // Twenty thousand of them: npm run drill -- two-people --sequences 20000 --seed <n>
  expect({ seed, broken: played.broken }).toEqual({ seed, broken: undefined });
  // What was played was worth playing.
  expect(Object.keys(played.decided)).toEqual(
    expect.arrayContaining(['join', 'prove_then_join', 'replace_shell', 'create_verified', 'refuse_neutral']),
  );
}, 120_000);
