import { withKillablePostgres } from './killable_postgres.ts';
import { withLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { complainOfSilence, underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/** The longest that PostgreSQL takes. Whoever commits while another one waits, waits for both. */
const COMMIT_MILLISECONDS = 100;

/** Makes the disk slow under what people and apps do: every commit takes a tenth of a second or two. */
export function slowDisk({ rounds, ...wishes }: LoadWishes & { rounds: number }): Promise<DrillReport> {
  return withKillablePostgres((database) =>
    withLoadWorld({ database }, (world) => {
      const delay = async (milliseconds: number) => {
        await world.query(`alter system set commit_delay = ${milliseconds * 1000}`);
        await world.query('alter system set commit_siblings = 0');
        await world.query('select pg_reload_conf()');
      };
      return underLoad(world, wishes, async (load) => {
        const documents = watchDocuments(world);
        await delay(COMMIT_MILLISECONDS);
        const begun = performance.now();
        await load.answered(rounds);
        const seconds = (performance.now() - begun) / 1000;
        await delay(0);
        const at = performance.now();
        complainOfSilence(load, 'on a slow disk');
        const notes = [`${COMMIT_MILLISECONDS} ms for every commit, during ${seconds.toFixed(1)} s`];
        return { at, notes: [...notes, await documents.end(load)] };
      });
    }),
  );
}
