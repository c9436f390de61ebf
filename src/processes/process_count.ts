import { availableParallelism } from 'node:os';

/** Measured: of four parts of the work PostgreSQL does one. */
const OURS = 3 / 4;

/** How many processes serve: so many, or with `auto` as many as there are cores for, beside a database on this machine. */
export function processCount(
  wished: number | 'auto',
  { databaseHere, cores = availableParallelism() }: { databaseHere: boolean; cores?: number },
): number {
  if (wished !== 'auto') return wished;
  return Math.max(1, databaseHere ? Math.floor(cores * OURS) : cores);
}
