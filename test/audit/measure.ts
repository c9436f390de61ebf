import { shuffled } from './compare.ts';
import { classes, type Class } from './people.ts';
import { send, type Surface } from './surfaces.ts';

/** How long each class waits for its answer, in milliseconds: so many of each, in an order that changes. */
export async function measure(surface: Surface, rounds: number): Promise<Record<Class, number[]>> {
  // Object.fromEntries forgets the names it was given.
  const times = Object.fromEntries(classes.map((name) => [name, []])) as unknown as Record<Class, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    await surface.again?.();
    for (const name of shuffled(classes)) {
      const begun = performance.now();
      await send(surface, name);
      times[name].push(performance.now() - begun);
    }
  }
  return times;
}
