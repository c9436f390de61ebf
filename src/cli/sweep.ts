import { sentenceOf } from '../kit/errors.ts';
import type { Call, ChangingRooms, Command } from './command.ts';
import { withRooms } from './contexts.ts';
import { print, refuse, table } from './output.ts';
import { showProgress } from './progress.ts';

/** `sweep`. */
export const sweepCommand: Command = {
  name: 'sweep',
  takes: { least: 0, most: 0 },
  summary: 'remove now all that has ended; a server does so by itself, every minute',
  run: (call) => withRooms(call, (rooms) => sweep(rooms, call)),
};

async function sweep(rooms: Pick<ChangingRooms, 'sweep'>, call: Call): Promise<number> {
  let sum = 0;
  let at = 'the first table';
  const progress = showProgress(call.io.stderr, () => ({ says: `${sum} rows removed, now in ${at}` }));
  let swept: Record<string, number>;
  try {
    swept = await rooms.sweep((name, removed) => {
      sum += removed;
      at = name;
    });
  } catch (error) {
    // knex puts the whole statement in front of what PostgreSQL says.
    const reason = sentenceOf(error).split(' - ').at(-1);
    return refuse(call, `the sweep stopped behind ${at}: ${reason}; what was removed stays removed`);
  } finally {
    progress.end();
  }
  print(call, swept, () =>
    table(
      ['table', 'rows removed'],
      Object.entries(swept)
        .filter(([, removed]) => removed > 0)
        .map(([name, removed]) => [name, String(removed)]),
      `nothing had ended in ${Object.keys(swept).length} tables`,
    ),
  );
  return 0;
}
