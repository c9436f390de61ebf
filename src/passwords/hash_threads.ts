import { availableParallelism } from 'node:os';

/**
 * How many hashes one of so many processes computes at once: on the whole machine one core stays free for everything that is
 * not a hash, where there is more than one.
 */
export function hashThreads(processes = 1, cores = availableParallelism()): number {
  return Math.max(1, Math.floor((cores - 1) / processes));
}
