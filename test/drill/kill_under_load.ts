import { withKillablePostgres } from './killable_postgres.ts';
import { randomMoment, seededRandom } from './load/random.ts';
import { withLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/** Kills PostgreSQL with all its children at random moments under what people and apps do, and starts it again over its files. */
export function killUnderLoad({ kills, ...wishes }: LoadWishes & { kills: number }): Promise<DrillReport> {
  const random = seededRandom(wishes.seed);
  return withKillablePostgres((postgres) =>
    withLoadWorld({ database: postgres }, (world) =>
      underLoad(world, wishes, async (load) => {
        const documents = watchDocuments(world);
        let at = performance.now();
        for (let kill = 0; kill < kills; kill += 1) {
          await randomMoment(random);
          postgres.kill();
          at = performance.now();
          await postgres.revive();
          await load.answered(1);
        }
        return { at, notes: [`${kills} times kill -9 of PostgreSQL`, await documents.end(load)] };
      }),
    ),
  );
}
