import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { poolThreads } from '../../src/passwords/index.ts';
import { hashThreads } from '../../src/passwords/hash_threads.ts';

const root = new URL('../../', import.meta.url).pathname;
/** Uses the pool once when all is done, and counts the threads that libuv has really made. */
const counter = `data:text/javascript,${encodeURIComponent(`
  import { pbkdf2 } from 'node:crypto';
  import { readdirSync, readFileSync } from 'node:fs';
  process.once('beforeExit', () => pbkdf2('', '', 1, 20, 'sha1', () => {
    const names = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'));
    console.log('pool', names.filter((name) => name.startsWith('libuv-worker')).length);
  }));
`)}`;

function poolOf(variables: Record<string, string> = {}): number {
  const args = ['--import', counter, 'src/main.ts', 'config', 'schema'];
  const { UV_THREADPOOL_SIZE: _ours, ...rest } = process.env;
  const env = { ...rest, ...variables };
  const output = execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return Number(/pool (\d+)/.exec(output)?.[1]);
}

describe('the threads of the hashes', () => {
  it.each([
    [1, 1],
    [2, 1],
    [4, 3],
    [16, 15],
  ])('leave one core of %d free, where there is more than one: %d', (cores, threads) => {
    expect(hashThreads(1, cores)).toBe(threads);
    expect(poolThreads(cores)).toBe(threads + 4);
  });

  it.each([
    [2, 16, 7],
    [4, 4, 1],
    [3, 8, 2],
  ])('are shared by processes on one machine: of %d with %d cores each has %d', (processes, cores, threads) => {
    expect(hashThreads(processes, cores)).toBe(threads);
  });
});

// Threads are counted in /proc, which only Linux has.
(existsSync('/proc/self/task') ? describe : describe.skip)('the pool of threads', () => {
  it('is made after its size is set, with room beside the hashes', () => {
    expect(poolOf()).toBe(poolThreads());
  });

  it('has that room whatever an operator says', () => {
    expect(poolOf({ UV_THREADPOOL_SIZE: '1' })).toBe(poolThreads());
    expect(poolOf({ UV_THREADPOOL_SIZE: '23' })).toBe(23);
  });
});
