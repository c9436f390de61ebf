import { startKillablePostgres } from './killable_postgres.ts';
import { openLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/** The longest that PostgreSQL takes. Whoever commits while another one waits, waits for both. */
const COMMIT_MILLISECONDS = 100;

/** Makes the disk slow under what people and apps do: every commit takes a tenth of a second or two. */
export async function slowDisk({ rounds, ...wishes }: LoadWishes & { rounds: number }): Promise<DrillReport> {
  const postgres = await startKillablePostgres();
  try {
    const world = await openLoadWorld({ databaseUrl: postgres.url, directUrl: postgres.directUrl });
    const delay = async (milliseconds: number) => {
      await world.query(`alter system set commit_delay = ${milliseconds * 1000}`);
      await world.query('alter system set commit_siblings = 0');
      await world.query('select pg_reload_conf()');
    };
    try {
      return await underLoad(world, wishes, async (load) => {
        const documents = watchDocuments(world);
        await delay(COMMIT_MILLISECONDS);
        const begun = performance.now();
        await load.answered(rounds);
        const seconds = (performance.now() - begun) / 1000;
        await delay(0);
        const at = performance.now();
        const lost = load.journal.errors.filter(({ status }) => status === 0).length;
        if (lost > 0) load.journal.wrong.push(`${lost} requests had no answer on a slow disk`);
        const notes = [`${COMMIT_MILLISECONDS} ms for every commit, during ${seconds.toFixed(1)} s`];
        return { at, notes: [...notes, await documents.end(load)] };
      });
    } finally {
      await world.stop();
    }
  } finally {
    await postgres.stop();
  }
}
