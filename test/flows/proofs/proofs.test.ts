import { expect, it } from '@jest/globals';
import { playProofs } from './play.ts';

it('lets nobody in who has not proven in this visit what the account and the app ask for, whatever two browsers do', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const { broken, signedIn } = await playProofs({ sequences: 10, seed });
  // Hundreds of them, made short: npm run drill -- proofs --sequences 500 --seed <n>
  expect({ seed, broken }).toEqual({ seed, broken: undefined });
  // What was played was worth playing.
  expect(signedIn).toBeGreaterThan(0);
}, 240_000);
