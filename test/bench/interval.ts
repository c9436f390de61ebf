/** A median, and between what it lies with at least 90 % certainty. */
export interface Interval {
  median: number;
  low: number;
  high: number;
}

/** From the order of the figures alone: nothing is assumed about how they are spread. Needs five figures at least. */
export function medianWithInterval(figures: readonly number[]): Interval {
  const sorted = figures.toSorted((left, right) => left - right);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const { length } = sorted;
  const middle = (length - 1) / 2;
  // So many figures can be left out on each side.
  let cut = 0;
  while (2 * tail(length, cut + 1) <= 0.1) cut += 1;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, low: at(cut), high: at(length - 1 - cut) };
}

/** The chance that, of `count` figures, so many or fewer lie below the median of all there could be. */
function tail(count: number, below: number): number {
  let [term, sum] = [1, 1];
  for (let index = 1; index <= below; index += 1) {
    term = (term * (count - index + 1)) / index;
    sum += term;
  }
  return sum / 2 ** count;
}
