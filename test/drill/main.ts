// Does to a Gatehouse what should never happen, and says what it left. Ends with 1 when something did not hold. docs/drills.md
import { misused, readLine, seedOf, wholeNumber } from '../support/command_usage.ts';
import { exitOnSignals } from '../support/end_with_us.ts';
import { clockStep } from './clock_step.ts';
import { failOver } from './failover.ts';
import { killApp, killWorker } from './kill_app.ts';
import { killPostgres } from './kill_postgres.ts';
import { killUnderLoad } from './kill_under_load.ts';
import { poolExhausted } from './pool_exhausted.ts';
import { linesOf, type DrillReport } from './report.ts';
import { rotateKeys } from './rotate_keys.ts';
import { slowDisk } from './slow_disk.ts';
import { drillProofs, drillTwoBrowsers, drillTwoPeople, overPostgres } from './two_people.ts';

exitOnSignals();

const usage = `usage: npm run drill -- DRILL [--seed N] [--lanes N]
  kill-app [--kills N]            kills one of two processes under load, again and again; then those of one primary
  kill-postgres [--rounds N] [--kills N]  kills PostgreSQL at chosen moments of what one person does, then under load
  slow-disk                       makes every commit take a tenth of a second under load
  pool-exhausted [--seconds N]    holds what everybody needs, then has every connection to the database
  clock-step [--steps N]          sets the clock of two processes forward and back by hours under load
  failover                        kills the primary under load and promotes its replica
  two-people [--sequences N]      plays random sequences by two people who must never end up in one account
  two-browsers [--sequences N]    the same by two browsers over HTTP
  proofs [--sequences N]          plays random sequences by two browsers, neither of which may be let in without proof
  rotate-keys [--tokens N]        rotates the signing keys of two processes under live tokens, then drops the one that signs
`;
const { positionals, values } = readLine(usage, {
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: '50' },
    kills: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    steps: { type: 'string', default: '6' },
    lanes: { type: 'string', default: '6' },
    sequences: { type: 'string' },
    tokens: { type: 'string', default: '1000' },
  },
});
const seed = seedOf(usage, values.seed);
const whole = (text: string) => wholeNumber(usage, text);
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Tells what came of a drill under load. */
function tell(report: DrillReport): boolean {
  for (const line of linesOf(report)) say(line);
  return report.violations.length === 0;
}

const load = { seed, lanes: whole(values.lanes) };
const kills = whole(values.kills);

/** Each says whether nothing was broken. */
const drills: Record<string, () => Promise<boolean>> = {
  'kill-app': () =>
    overPostgres(async () => {
      const apart = tell(await killApp({ ...load, kills }));
      return tell(await killWorker({ ...load, kills })) && apart;
    }),
  'slow-disk': async () => tell(await slowDisk({ ...load, rounds: 10 })),
  'pool-exhausted': async () => tell(await poolExhausted({ ...load, seconds: whole(values.seconds) })),
  'clock-step': async () => tell(await overPostgres(() => clockStep({ ...load, steps: whole(values.steps) }))),
  failover: async () => tell(await failOver(load)),
  async 'kill-postgres'() {
    const rounds = await killPostgres({ seed, rounds: whole(values.rounds) }, (round, number) => {
      const { operation, moment, struck, told, done, broken } = round;
      const when = struck ? `killed at piece ${moment.piece}, ${moment.phase}` : 'killed after the answer';
      const state = `${told ? 'told' : 'not told'}, ${done ? 'done' : 'not done'}`;
      say(`${number} ${operation}: ${when}; ${state}${broken.length ? `; BROKEN: ${broken.join('; ')}` : ''}`);
    });
    const bad = rounds.filter(({ broken }) => broken.length > 0).length;
    const struck = rounds.filter((round) => round.struck).length;
    say(`${rounds.length} deaths, ${struck} of them under a press; ${bad} left something broken`);
    return tell(await killUnderLoad({ ...load, kills })) && bad === 0;
  },
  async 'two-people'() {
    const fine = await drillTwoPeople({ seed, sequences: whole(values.sequences ?? '20000') }, (played, own) => {
      const decided = Object.entries(played.decided).map(([decision, times]) => `${decision} ${times}`);
      say(`${played.sequences} sequences of seed ${own} in ${played.seconds.toFixed(0)} s: ${decided.join(', ')}`);
      if (played.broken !== undefined) say(`BROKEN: ${played.broken}`);
    });
    say(
      fine ? 'nobody was joined who had not proved the address' : 'somebody was joined who had not proved the address',
    );
    return fine;
  },
  async 'rotate-keys'() {
    const { wrong, ...report } = await overPostgres(() => rotateKeys({ tokens: whole(values.tokens) }));
    const { tokens, verified, failed, signedOut, dropSeconds, taken } = report;
    say(
      `by schedule, under ${tokens} live tokens: ${verified} verifications, ${failed} failed; ${signedOut} signed out`,
    );
    say(`dropped, under ${tokens} live tokens: everywhere in ${dropSeconds.toFixed(1)} s, ${taken} still taken`);
    for (const sentence of wrong) say(`BROKEN: ${sentence}`);
    return failed + signedOut + taken + wrong.length === 0;
  },
  async 'two-browsers'() {
    const played = await drillTwoBrowsers({ seed, sequences: whole(values.sequences ?? '200') });
    const screens = Object.entries(played.screens).map(([screen, times]) => `${screen} ${times}`);
    say(`${played.sequences} sequences in ${played.seconds.toFixed(0)} s, which ended on: ${screens.join(', ')}`);
    say(played.broken === undefined ? 'nobody was let in who had not proved the address' : `BROKEN: ${played.broken}`);
    return played.broken === undefined;
  },
  async proofs() {
    const told = (broken: string) => say(`wrong: ${broken}`);
    const played = await drillProofs({ seed, sequences: whole(values.sequences ?? '500'), told });
    const made = Object.entries(played.made).map(([move, times]) => `${move} ${times}`);
    say(`${played.sequences} sequences in ${played.seconds.toFixed(0)} s: ${made.join(', ')}`);
    say(`${played.signedIn} times somebody was signed in`);
    say(played.broken === undefined ? 'everybody had proven what was asked for' : `BROKEN: ${played.broken}`);
    return played.broken === undefined;
  },
};

const [name = ''] = positionals;
const drill = drills[name] ?? misused(usage, name === '' ? 'which drill?' : `there is no drill ${name}`);
say(`seed ${seed}`);
process.exitCode = (await drill()) ? 0 : 1;
