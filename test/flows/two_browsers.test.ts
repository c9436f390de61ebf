import { expect, it } from '@jest/globals';
import { playTwoBrowsers } from './two_browsers.ts';

it('lets nobody into an account whose address they never proved, whatever two browsers do', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const played = await playTwoBrowsers({ sequences: 5, seed });
  // Two hundred of them: npm run drill -- two-browsers --sequences 200 --seed <n>
  expect({ seed, broken: played.broken }).toEqual({ seed, broken: undefined });
}, 240_000);
