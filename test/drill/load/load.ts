import type { smtpSink } from '../../mail/world.ts';
import type { LoadApp } from './apps.ts';
import { createAsking } from './asking.ts';
import { checkPerson } from './check.ts';
import { createJournal, Unanswered, type Journal } from './journal.ts';
import { createLane } from './lane.ts';
import { createMailReader } from './mail_reader.ts';
import { seededRandom } from './random.ts';
import { createTokens } from './tokens.ts';
import { createVisits } from './visits.ts';

/** People and apps that use a Gatehouse side by side, and remember whatever they were told. */
export interface Load {
  journal: Journal;
  /** Resolves once every lane was answered so many times more. Rejects after the time for a recovery. */
  answered(times: number): Promise<void>;
  /** Lets nobody begin anything until `work` is done, and begins that when what is under way is over. */
  without<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the load, and looks whether everything that was acknowledged is there and nothing is accepted again. */
  end(): Promise<void>;
  /** Ends the load, whatever became of it; safe to call again. */
  leave(): Promise<void>;
}

/** What a load is made of. */
export interface LoadDeps {
  issuer: string;
  apps: readonly LoadApp[];
  smtp: Pick<Awaited<ReturnType<typeof smtpSink>>, 'received'>;
  seed: number;
  /** How many people are there at a time. */
  lanes: number;
  /** The clock of the servers jumps: an access token may have expired when it is looked at. */
  clockMoves?: boolean;
}

/** Errors must be over within so many milliseconds. */
export const RECOVERED_WITHIN = 60_000;

/** Starts it. All choices come from the seed; who is faster is not in its hands. */
export function startLoad({ issuer, apps, smtp, seed, lanes: count, clockMoves = false }: LoadDeps): Load {
  const journal = createJournal();
  const asking = createAsking(journal);
  const deps = {
    asking,
    journal,
    clockMoves,
    visits: createVisits({ issuer, asking, journal, mails: createMailReader(smtp) }),
    tokens: createTokens({ issuer, asking, journal }),
  };
  const lanes = Array.from({ length: count }, (_, index) =>
    createLane({ ...deps, apps, name: `lane${index + 1}`, random: seededRandom(seed * 1009 + index) }),
  );
  let ended = false;
  let gate = Promise.resolve();
  let broken: unknown;
  const steps = new Set<Promise<void>>();
  const running = lanes.map(async (lane) => {
    while (!ended) {
      await gate;
      const step = lane.step();
      steps.add(step);
      await step.finally(() => steps.delete(step));
    }
  });
  for (const each of running) each.catch((error: unknown) => (broken = error));
  return {
    journal,
    async answered(times) {
      const goals = lanes.map(({ answered }) => answered + times);
      const deadline = performance.now() + RECOVERED_WITHIN;
      while (lanes.some(({ answered }, index) => answered < (goals[index] ?? 0))) {
        if (broken) throw broken;
        if (performance.now() > deadline)
          throw new Error(`somebody had no answer for a minute: ${JSON.stringify(journal.acknowledged)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async without(work) {
      const open = Promise.withResolvers<void>();
      gate = open.promise;
      try {
        await Promise.allSettled(steps);
        return await work();
      } finally {
        open.resolve();
      }
    },
    async leave() {
      ended = true;
      await Promise.allSettled(running);
    },
    async end() {
      ended = true;
      await Promise.all(running);
      for (const person of lanes.flatMap(({ people }) => people)) {
        await checkPerson(deps, person).catch((error: unknown) => {
          if (!(error instanceof Unanswered)) throw error;
          journal.wrong.push(`${person.email}: the check had no answer: ${error.message}`);
        });
      }
    },
  };
}
