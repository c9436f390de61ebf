import { availableParallelism } from 'node:os';

/** What libuv starts by itself: enough for files, names and signatures. */
const OTHER_THREADS = 4;

/**
 * How many hashes one of so many processes computes at once: on the whole machine one core stays free for everything that is
 * not a hash, where there is more than one.
 */
export function hashThreads(processes = 1, cores = availableParallelism()): number {
  return Math.max(1, Math.floor((cores - 1) / processes));
}

/**
 * How many threads the pool of libuv must have. Argon2, bcrypt, scrypt, PBKDF2, files, DNS and WebCrypto all wait for the
 * same threads: with the four there are by default, four cores of hashes would keep every file and name waiting, and more
 * than four cores would stay idle. The pool is made at its first use and reads UV_THREADPOOL_SIZE then and never again, so
 * main.ts sets the variable before anything runs; no launcher, image or operator has to.
 */
export function poolThreads(cores = availableParallelism()): number {
  return hashThreads(1, cores) + OTHER_THREADS;
}
