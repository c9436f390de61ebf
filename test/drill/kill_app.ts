import { childrenOf } from '../support/processes.ts';
import { pick, randomMoment, seededRandom } from './load/random.ts';
import { withLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, type LoadWishes } from './under_load.ts';

type Wishes = LoadWishes & { kills: number };

/**
 * Kills one of the two processes that a primary has started, again and again, at random moments under what people and apps do. The
 * primary puts another one in its place.
 */
export function killWorker({ kills, ...wishes }: Wishes): Promise<DrillReport> {
  const random = seededRandom(wishes.seed);
  return withLoadWorld({ settings: { http: { processes: 2 } } }, (world) =>
    underLoad(world, wishes, async (load) => {
      let at = performance.now();
      for (let kill = 0; kill < kills; kill += 1) {
        await randomMoment(random);
        const [primary] = world.gatehouses;
        at = performance.now();
        process.kill(pick(childrenOf(primary?.pid ?? 0), random), 'SIGKILL');
        await load.answered(1);
      }
      return { at, notes: [`${kills} times kill -9 of one of the two processes of a primary`] };
    }),
  );
}

/**
 * Kills one of two processes over one database again and again, at random moments under what people and apps do, and starts it
 * again each time.
 */
export function killApp({ kills, ...wishes }: Wishes): Promise<DrillReport> {
  const random = seededRandom(wishes.seed);
  return withLoadWorld({ count: 2 }, (world) =>
    underLoad(world, wishes, async () => {
      let at = performance.now();
      for (let kill = 0; kill < kills; kill += 1) {
        await randomMoment(random);
        at = performance.now();
        await world.restart(pick([0, 1], random), 'SIGKILL');
      }
      return { at, notes: [`${kills} times kill -9 of one of two processes`] };
    }),
  );
}
