// Runs in a thread of its own, which hash_workers.ts starts: computes what it is asked, one thing after the other.
import { parentPort } from 'node:worker_threads';
import { argon2Maker, type Argon2Costs } from './argon2_hash.ts';
import { readHash } from './stored_hash.ts';

/** To make the hash of a password, or to compare a password with one. */
export type HashTask = { password: string } & ({ costs: Argon2Costs } | { stored: string });

/** What came of it: a new hash, or whether the stored one fits. */
export type HashOutcome = { ok: true; result: string | boolean } | { ok: false; reason: string };

function compute(task: HashTask): string | boolean {
  // As bytes, so that a NUL inside is a character like any other.
  const password = Buffer.from(task.password, 'utf8');
  if ('costs' in task) return argon2Maker(task.costs).make(password);
  const hash = readHash(task.stored);
  return hash.ok && hash.fits(password);
}

function outcomeOf(task: HashTask): HashOutcome {
  try {
    return { ok: true, result: compute(task) };
  } catch (error) {
    return { ok: false, reason: String(error) };
  }
}

parentPort?.on('message', (task: HashTask) => parentPort?.postMessage(outcomeOf(task)));
