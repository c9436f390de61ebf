import { startReplica } from '../support/replica.ts';
import { startKillablePostgres } from './killable_postgres.ts';
import { openLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/**
 * Kills the primary for good and promotes its synchronous replica, both of the binaries that we bring along. The line to the
 * database stands for the virtual IP or the proxy that moves over: the driver takes one address, no list of them.
 */
export async function failOver(wishes: LoadWishes): Promise<DrillReport> {
  const postgres = await startKillablePostgres();
  try {
    const primary = { url: postgres.directUrl(), dataDir: postgres.dataDir() };
    const replica = await startReplica(primary, `${primary.dataDir}-replica`);
    try {
      await replica.makeSynchronous();
      const world = await openLoadWorld({ databaseUrl: postgres.url, directUrl: postgres.directUrl });
      try {
        return await underLoad(world, wishes, async (load) => {
          const documents = watchDocuments(world);
          postgres.kill();
          const at = performance.now();
          await replica.promote();
          await postgres.failOverTo(replica.url);
          const moved = (performance.now() - at) / 1000;
          await load.answered(1);
          const served = (performance.now() - at) / 1000;
          const times = `the replica took over after ${moved.toFixed(1)} s; everybody was answered after ${served.toFixed(1)} s`;
          return { at, notes: [times, await documents.end(load)] };
        });
      } finally {
        await world.stop();
      }
    } finally {
      await replica.stop();
    }
  } finally {
    await postgres.stop();
  }
}
