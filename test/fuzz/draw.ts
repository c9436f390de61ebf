import fc from 'fast-check';

/** Takes one value after the other; the same seed gives the same values. */
export interface Draw {
  <Value>(from: fc.Arbitrary<Value>): Value;
  oneOf<Value>(values: readonly Value[]): Value;
  /** True so often, between 0 and 1. */
  chance(share: number): boolean;
}

/** Begins a row of values. */
export function createDraw(seed: number): Draw {
  let drawn = 0;
  const take = <Value>(from: fc.Arbitrary<Value>): Value => {
    drawn += 1;
    const [value] = fc.sample(from, { seed: seed + drawn * 7919, numRuns: 1 });
    // A sample of one has one.
    return value as Value;
  };
  const below = (limit: number) => take(fc.integer({ min: 0, max: limit - 1 }));
  return Object.assign(take, {
    oneOf<Value>(values: readonly Value[]): Value {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('nothing to draw from');
      return value;
    },
    chance: (share: number) => below(1000) < share * 1000,
  });
}
