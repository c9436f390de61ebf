import { testDatabase } from '../support/database.ts';
import { childrenOf } from './killable_postgres.ts';
import { pick, randomMoment, seededRandom } from './load/random.ts';
import { openLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, type LoadWishes } from './under_load.ts';

/**
 * Kills one of the two processes that a primary has started, again and again, at random moments under what people and apps do. The
 * primary puts another one in its place.
 */
export async function killWorker({ kills, ...wishes }: LoadWishes & { kills: number }): Promise<DrillReport> {
  const { url, drop } = await testDatabase();
  const random = seededRandom(wishes.seed);
  const world = await openLoadWorld({ databaseUrl: url, settings: { http: { processes: 2 } } });
  try {
    return await underLoad(world, wishes, async (load) => {
      let at = performance.now();
      for (let kill = 0; kill < kills; kill += 1) {
        await randomMoment(random);
        const [primary] = world.gatehouses;
        at = performance.now();
        process.kill(pick(childrenOf(primary?.pid ?? 0), random), 'SIGKILL');
        await load.answered(1);
      }
      return { at, notes: [`${kills} times kill -9 of one of the two processes of a primary`] };
    });
  } finally {
    await world.stop();
    await drop();
  }
}

/**
 * Kills one of two processes over one database again and again, at random moments under what people and apps do, and starts it
 * again each time.
 */
export async function killApp({ kills, ...wishes }: LoadWishes & { kills: number }): Promise<DrillReport> {
  const { url, drop } = await testDatabase();
  const random = seededRandom(wishes.seed);
  const world = await openLoadWorld({ databaseUrl: url, count: 2 });
  try {
    return await underLoad(world, wishes, async () => {
      let at = performance.now();
      for (let kill = 0; kill < kills; kill += 1) {
        await randomMoment(random);
        at = performance.now();
        await world.restart(pick([0, 1], random), 'SIGKILL');
      }
      return { at, notes: [`${kills} times kill -9 of one of two processes`] };
    });
  } finally {
    await world.stop();
    await drop();
  }
}
