import { seededKeys } from './hot/seeded_keys.ts';
import { medianWithInterval } from './interval.ts';
import { hashRate, signInRate } from './login.ts';
import type { Run } from './run.ts';

/** Longer than a lap of the protocol: while the first pages open nothing is hashed yet, and at the end no page is opened any more. */
const TIMES_A_LAP = 4;

/** The part that measures sign-ins with a password, of people drawn over all accounts, against the argon2id rate of this machine. */
export async function passwordPart({ stage: open, pace, progress, report }: Run): Promise<void> {
  const { world, target } = await open();
  const address = target.seeds ? seededKeys(target.seeds).address : undefined;
  const seconds = (TIMES_A_LAP * pace.lap) / 1000;
  const signIns = (warmUp: number) => signInRate(world, { warmUp, signIns: seconds }, address);
  await signIns(pace.warmUp / 1000);
  const seen: { rate: number; hashes: number; lost: number; cpu: number[] }[] = [];
  while (seen.length < pace.pairs) {
    const before = seen.length % 2 === 0 ? await hashRate(seconds) : undefined;
    const one = await signIns(0);
    seen.push({ ...one, hashes: before ?? (await hashRate(seconds)) });
    progress.at(seen.length / pace.pairs, 'password');
  }
  const middle = (figureOf: (pair: (typeof seen)[number]) => number) => medianWithInterval(seen.map(figureOf)).median;
  const [server = 0, postgres = 0] = [0, 1].map((process) => middle(({ cpu }) => cpu[process] ?? 0));
  const rates = `${middle(({ rate }) => rate).toFixed(1)} sign-ins/s, ${middle(({ hashes }) => hashes).toFixed(1)} hashes/s`;
  report.figures.push({
    name: 'password',
    text: `${rates}; ${server.toFixed(1)} + ${postgres.toFixed(1)} ms of CPU a sign-in`,
    judged: { goal: 'password', ...medianWithInterval(seen.map(({ rate, hashes }) => rate / hashes)) },
  });
  report.failed += seen.reduce((sum, { lost }) => sum + lost, 0);
}
