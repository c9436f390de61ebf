import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openHashWorkers, type HashWorkers } from '../../src/passwords/hash_workers.ts';

const COSTS = { memory_kib: 19_456, passes: 2 };
const OUR_HASH = expect.stringMatching(/^\$argon2id\$/);

describe('hash workers', () => {
  let workers: HashWorkers | undefined;
  const open = (threads: number) => (workers = openHashWorkers(threads));
  afterEach(() => workers?.close());

  it.each([1, 3])('answer everybody what they asked, with %d threads', async (threads) => {
    const { make, fits } = open(threads);
    const passwords = Array.from({ length: 12 }, (_, n) => `the password of number ${n}`);
    const hashes = await Promise.all(passwords.map((password) => make(password, COSTS)));
    const asked = passwords.flatMap((password, i) => hashes.map((hash, k) => ({ password, hash, right: i === k })));
    const answers = await Promise.all(asked.map(({ password, hash }) => fits(password, hash)));
    expect(answers).toEqual(asked.map(({ right }) => right));
  });

  it('leave the main thread free', async () => {
    const { make } = open(1);
    await make('one', COSTS);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await make('dear', { memory_kib: 65_536, passes: 8 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('take no more than so many who wait', async () => {
    const { fits } = open(1);
    const asked = Array.from({ length: 300 }, () => fits('a password', 'no hash at all'));
    const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
    expect(refused.map((each) => (each as PromiseRejectedResult).reason.code)).toEqual(Array(42).fill('busy'));
    expect(await fits('a password', 'no hash at all')).toBe(false);
  });

  it('say what could not be computed, and go on', async () => {
    const { make, fits } = open(1);
    await expect(make('a password', { memory_kib: 0, passes: 2 })).rejects.toThrow(/memory/i);
    expect(await fits('a password', await make('a password', COSTS))).toBe(true);
  });

  it('reject what is under way when they are closed, and what comes then', async () => {
    const { make, close } = open(2);
    const asked = Array.from({ length: 6 }, () => make('a password', COSTS).catch(String));
    await close();
    asked.push(make('a password', COSTS).catch(String));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['Error: the thread that hashes passwords has ended']));
  });

  it('end with their process, and not before they have answered', () => {
    expect(printedBy(`console.log(await make());`)).toEqual({ status: 0, printed: [OUR_HASH] });
  });

  it('begin again after a thread has ended', () => {
    const code = `process.once('worker', (thread) => thread.terminate());
      console.log(await make().catch(String));
      console.log(await make());`;
    const ended = 'Error: the thread that hashes passwords has ended';
    expect(printedBy(code)).toEqual({ status: 0, printed: [ended, OUR_HASH] });
  });
});

/** What a process of its own prints, line by line; `make()` makes a hash there. */
function printedBy(code: string): { status: number | null; printed: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hash-'));
  const file = join(folder, 'once.mjs');
  const module = new URL('../../src/passwords/hash_workers.ts', import.meta.url).href;
  writeFileSync(
    file,
    `import { openHashWorkers } from '${module}';
    const workers = openHashWorkers(1);
    const make = () => workers.make('a password', ${JSON.stringify(COSTS)});
    ${code}`,
  );
  const { status, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 });
  rmSync(folder, { recursive: true });
  return { status, printed: stdout.trimEnd().split('\n') };
}
