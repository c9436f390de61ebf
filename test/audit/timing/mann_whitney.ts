/**
 * How likely two samples of one distribution differ as much as these do in their ranks (Mann and Whitney, two-sided, by the
 * normal approximation: for twenty values or more of each).
 */
export function mannWhitney(left: number[], right: number[]): number {
  const all = [...left.map((value) => ({ value, mine: true })), ...right.map((value) => ({ value, mine: false }))];
  all.sort((one, other) => one.value - other.value);
  const ranks = all.reduce((sum, { mine }, index) => sum + (mine ? index + 1 : 0), 0);
  const [n, m] = [left.length, right.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return 2 * (1 - normal(z));
}

/** The share of a normal distribution below `z` (Abramowitz and Stegun 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = tail.reduceRight((rest, factor) => (rest + factor) * t, 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
