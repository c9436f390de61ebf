import { playTwoPeople, type Played } from '../accounts/two_people/play.ts';
import { playProofs } from '../flows/proofs/play.ts';
import { playTwoBrowsers } from '../flows/two_browsers.ts';
import globalSetup from '../support/global_setup.ts';
import globalTeardown from '../support/global_teardown.ts';

const PORTION = 1000;

/**
 * Plays the sequences of two people over a PostgreSQL of its own, as the test of the same name does a few of them: a thousand at
 * a time, each with a database and a seed of its own. Ends with the first portion that went wrong.
 */
export async function drillTwoPeople(
  { seed, sequences }: { seed: number; sequences: number },
  told: (played: Played, seed: number) => void,
): Promise<boolean> {
  return overPostgres(async () => {
    for (let done = 0; done < sequences; done += PORTION) {
      const portion = { seed: seed + done, sequences: Math.min(PORTION, sequences - done), shorten: true };
      const played = await playTwoPeople(portion);
      told(played, portion.seed);
      if (played.broken !== undefined) return false;
    }
    return true;
  });
}

/** The same by two browsers, over HTTP. */
export function drillTwoBrowsers(wishes: { seed: number; sequences: number }) {
  return overPostgres(() => playTwoBrowsers(wishes));
}

/** What two browsers must prove before they are let in; a sequence that goes wrong is told, and made shorter and shorter. */
export function drillProofs(wishes: { seed: number; sequences: number; told: (broken: string) => void }) {
  return overPostgres(() => playProofs({ ...wishes, shorten: true }));
}

/** Lends a PostgreSQL of its own to a drill. */
export async function overPostgres<Result>(drill: () => Promise<Result>): Promise<Result> {
  await globalSetup();
  try {
    return await drill();
  } finally {
    await globalTeardown();
  }
}
