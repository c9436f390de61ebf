import { describe, expect, it } from '@jest/globals';
import { hashThreads } from '../../src/passwords/hash_threads.ts';

describe('the threads of the hashes', () => {
  it.each([
    [1, 1],
    [2, 1],
    [4, 3],
    [16, 15],
  ])('leave one core of %d free, where there is more than one: %d', (cores, threads) => {
    expect(hashThreads(1, cores)).toBe(threads);
  });

  it.each([
    [2, 16, 7],
    [4, 4, 1],
    [3, 8, 2],
  ])('are shared by processes on one machine: of %d with %d cores each has %d', (processes, cores, threads) => {
    expect(hashThreads(processes, cores)).toBe(threads);
  });
});
