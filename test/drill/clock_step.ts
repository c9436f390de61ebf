import { seededRandom } from './load/random.ts';
import { withLoadWorld } from './load/world.ts';
import type { DrillReport } from './report.ts';
import { underLoad, type LoadWishes } from './under_load.ts';

const HOUR = 3600;
/** A sign-in without "keep me signed in" lasts twelve hours. */
const AHEAD = 5 * HOUR;
/** A page may take an hour: where we are further behind than that, browsers take its cookies for expired. */
const BEHIND = 0.75 * HOUR;

/**
 * Sets the clock of two processes forward and back by hours while people and apps use them. Nobody is half way through anything at
 * such a moment: a page that is an hour old has expired, and rightly so.
 */
export function clockStep({ steps, ...wishes }: LoadWishes & { steps: number }): Promise<DrillReport> {
  const random = seededRandom(wishes.seed);
  return withLoadWorld({ count: 2 }, (world) =>
    underLoad(world, { ...wishes, clockMoves: true }, async (load) => {
      const jump = (seconds: number) =>
        load.without(async () => {
          for (const gatehouse of world.gatehouses) gatehouse.passTime(seconds);
        });
      const taken: string[] = [];
      let ahead = 0;
      let at = performance.now();
      for (let step = 0; step < steps; step += 1) {
        const next = Math.round((step % 2 === 0 ? AHEAD : -BEHIND) * (0.2 + 0.8 * random()));
        await jump(next - ahead);
        at = performance.now();
        taken.push(`${next > ahead ? '+' : ''}${((next - ahead) / HOUR).toFixed(1)} h`);
        ahead = next;
        await load.answered(3);
      }
      await jump(-ahead);
      return { at, notes: [`the clock jumped by ${taken.join(', ')}, and back`] };
    }),
  );
}
