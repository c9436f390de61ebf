import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { runCommand } from '../../src/cli/index.ts';
import { commandParts } from '../../src/commands.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gatehouse-commands-'));
// The account that runs the server for root passes through here.
chmodSync(cwd, 0o711);

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

afterEach(() => {
  jest.useRealTimers();
});

const ALL_BUT_INTERVALS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

describe('a command on a fresh clone', () => {
  it('starts the embedded database, tells on standard error what takes long, and what to do about migrations', async () => {
    writeFileSync(join(cwd, 'gatehouse.yaml'), 'issuer: http://localhost:3000\nmode: development\n');
    const env = { ...process.env, GATEHOUSE_CONFIG: 'gatehouse.yaml', GATEHOUSE_DATA: join(cwd, 'data') };
    const written = { out: '', err: '' };
    const stdout = { write: (text: string) => (written.out += text) };
    const stderr = { write: (text: string) => (written.err += text) };
    // The progress is told by an interval: a machine that is too quick for it is made a second older.
    jest.useFakeTimers({ doNotFake: [...ALL_BUT_INTERVALS] });
    const run = runCommand(['doctor'], { stdin: process.stdin, stdout, stderr, env, cwd }, commandParts);
    while (jest.getTimerCount() === 0) await new Promise((resume) => setImmediate(resume));
    jest.advanceTimersByTime(1000);
    const code = await run;
    expect(code).toBe(1);
    expect(written.out).toContain('ok       database: answers');
    expect(written.out).toMatch(/problem {2}migrations: pending: .*\n +run npm start \(or \.\/gatehouse migrate\)/);
    expect(written.err).toMatch(/^preparing the embedded PostgreSQL \(1\.0 s\) \.\.\.\n/);
  }, 60_000);
});
