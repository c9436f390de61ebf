import { startReplica } from '../support/replica.ts';
import { withKillablePostgres } from './killable_postgres.ts';
import { withLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, watchDocuments, type LoadWishes } from './under_load.ts';

/**
 * Kills the primary for good and promotes its synchronous replica, both of the binaries that we bring along. The line to the
 * database stands for the virtual IP or the proxy that moves over: the driver takes one address, no list of them.
 */
export function failOver(wishes: LoadWishes): Promise<DrillReport> {
  return withKillablePostgres(async (postgres) => {
    const primary = { url: postgres.directUrl(), dataDir: postgres.dataDir() };
    const replica = await startReplica(primary, `${primary.dataDir}-replica`);
    try {
      await replica.makeSynchronous();
      return await withLoadWorld({ database: postgres }, (world) =>
        underLoad(world, wishes, async (load) => {
          const documents = watchDocuments(world);
          postgres.kill();
          const at = performance.now();
          const seconds = () => ((performance.now() - at) / 1000).toFixed(1);
          await replica.promote();
          await postgres.failOverTo(replica.url);
          const moved = seconds();
          await load.answered(1);
          const times = `the replica took over after ${moved} s; everybody was answered after ${seconds()} s`;
          return { at, notes: [times, await documents.end(load)] };
        }),
      );
    } finally {
      await replica.stop();
    }
  });
}
