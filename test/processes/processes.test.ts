import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import cluster from 'node:cluster';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/kit/logger.ts';
import { hearOrders, processCount, supervise } from '../../src/processes/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-siblings-'));
const exec = fileURLToPath(new URL('sibling.mjs', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function supervised(
  name: string,
  { count = 1, mayStart = true }: { count?: number; mayStart?: boolean | 'unknown' } = {},
) {
  const plan = join(folder, name);
  writeFileSync(plan, 'serve');
  const processes = supervise({
    count,
    env: {},
    program: { exec, args: [plan] },
    async mayStart() {
      if (mayStart === 'unknown') throw new Error('the disk is full');
      return mayStart;
    },
    logger: createLogger('silent'),
    pauses: { first: 1, longest: 4 },
  });
  return { processes, plan, starts: () => readFileSync(`${plan}.starts`, 'utf8').length };
}

const present = () => Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);

describe('how many processes serve', () => {
  it.each([
    [1, false, 8, 1],
    [5, true, 2, 5],
    ['auto', false, 4, 4],
    ['auto', true, 8, 6],
    ['auto', true, 2, 1],
    ['auto', true, 1, 1],
  ] as const)('%s, with a database here: %s, and %d cores: %d', (wished, databaseHere, cores, count) => {
    expect(processCount(wished, { databaseHere, cores })).toBe(count);
  });
});

describe('whoever hears orders', () => {
  it('is not ended by the signal to replace others, which node takes for an end where nobody listens', () => {
    const before = process.listenerCount('SIGUSR2');
    const orders = hearOrders(() => {});
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1);
    orders.close();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });
});

describe('a supervisor', () => {
  it('says at once when the first process does not start', async () => {
    const { processes, plan, starts } = supervised('never', { count: 3 });
    writeFileSync(plan, 'end');
    expect(await processes.start()).toBe(false);
    await processes.stop();
    expect(starts()).toBe(1);
  });

  it('starts one again that ended, and gives up when none can start', async () => {
    const { processes, plan, starts } = supervised('again');
    expect(await processes.start()).toBe(true);
    writeFileSync(plan, 'end');
    present()[0]?.process.kill('SIGKILL');
    await processes.lost;
    expect(starts()).toBe(7);
    await processes.stop();
  });

  it('starts none that would not be like the others, and gives up all the same', async () => {
    const { processes, starts } = supervised('unlike', { mayStart: false });
    expect(await processes.start()).toBe(true);
    present()[0]?.process.kill('SIGKILL');
    await processes.lost;
    expect(starts()).toBe(1);
    await processes.stop();
  });

  it('does not end with a process that the system does not start', async () => {
    const { processes, starts } = supervised('no_room');
    expect(await processes.start()).toBe(true);
    const [first] = present();
    cluster.setupPrimary({ cwd: join(folder, 'nowhere') });
    try {
      await processes.replaceAll();
      expect(first?.isDead()).toBe(false);
      first?.process.kill('SIGKILL');
      await processes.lost;
    } finally {
      cluster.setupPrimary({ cwd: folder });
    }
    expect(starts()).toBe(1);
    await processes.stop();
  });

  it('goes on while nobody can say whether one may start', async () => {
    const { processes, plan, starts } = supervised('unknown', { mayStart: 'unknown' });
    expect(await processes.start()).toBe(true);
    writeFileSync(plan, 'end');
    present()[0]?.process.kill('SIGKILL');
    await processes.lost;
    expect(starts()).toBe(1);
    await processes.stop();
  });

  it('leaves nobody behind when it stops', async () => {
    const { processes } = supervised('stopped', { count: 2 });
    await processes.start();
    await processes.stop();
    expect(present()).toEqual([]);
  });
});
