import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cloneWith, type Clone } from './world.ts';

jest.setTimeout(60_000);

/** Prints where it was told to look, once the pipe lets it, when it is asked to wait. */
const APPLICATION = `import { readFileSync } from 'node:fs';
const { CLONE, GATEHOUSE_CONFIG: config, GATEHOUSE_DATA: data } = process.env;
if (process.argv.includes('wait')) readFileSync(CLONE + '/application.pipe');
console.log(JSON.stringify({ config, data }));
`;
const NPM = 'read word < "$CLONE/npm.pipe"; mkdir -p "$CLONE/node_modules"';
const INSTALLING = 'Installing packages (npm ci)\n';

let clone: Clone;

beforeEach(() => {
  clone = cloneWith({ application: APPLICATION, npm: NPM });
});

afterEach(() => clone.remove());

describe('a launcher that installs', () => {
  it('is waited for by the next one, which then finds everything installed', async () => {
    const first = clone.launch('bin/gatehouse.mjs');
    await first.says(INSTALLING);
    const second = clone.launch('bin/gatehouse.mjs');
    await second.says(`Waiting for process ${first.pid}, which installs packages here`);
    clone.open('npm');
    expect(await Promise.all([first.end, second.end])).toEqual([0, 0]);
    expect(clone.npmCalls()).toHaveLength(1);
    expect(second.written.err).not.toContain(INSTALLING);
    expect(clone.has('.data/install.lock')).toBe(false);
  });

  it.each(['999999999', 'rubbish', ''])('takes over a lock that nobody alive holds (%j)', async (holder) => {
    clone.write('.data/install.lock', holder);
    const launched = clone.launch('bin/gatehouse.mjs');
    await launched.says(INSTALLING);
    clone.open('npm');
    expect(await launched.end).toBe(0);
    expect(clone.has('.data/install.lock')).toBe(false);
  });

  it('says that it stops as soon as it is asked to, and leaves no lock', async () => {
    const launched = clone.launch('bin/gatehouse.mjs');
    await launched.says(INSTALLING);
    launched.started.kill('SIGINT');
    await launched.says('stopping\n');
    expect(await launched.end).toBe(130);
    expect(launched.written.err).not.toContain('npm ci failed');
    expect(clone.has('.data/install.lock')).toBe(false);
  });

  it('says what it starts, and counts the seconds until that speaks; standard output is left to the command', async () => {
    const launched = clone.launch('bin/gatehouse.mjs', { args: ['wait'] });
    await launched.says(INSTALLING);
    clone.open('npm');
    await launched.says('Packages are installed\nStarting Gatehouse\n');
    await launched.says('  starting Gatehouse: 1 s\n');
    clone.open('application');
    expect(await launched.end).toBe(0);
    expect(launched.written.out.trimEnd().split('\n')).toEqual([expect.stringContaining('gatehouse.yaml')]);
  });

  it('says so on standard output where that is for people', async () => {
    const launched = clone.launch('scripts/start.mjs');
    clone.open('npm');
    expect(await launched.end).toBe(0);
    expect(launched.written).toMatchObject({ out: expect.stringContaining('\nStarting Gatehouse\n{'), err: '' });
  });
});

describe('a launcher', () => {
  it('uses the folders of its clone from wherever it is started, unless told otherwise from there', async () => {
    clone.write('node_modules/.package-lock.json', '{}');
    const cwd = mkdtempSync(join(tmpdir(), 'gatehouse-elsewhere-'));
    const launch = async (env: NodeJS.ProcessEnv): Promise<unknown> => {
      const launched = clone.launch('bin/gatehouse.mjs', { cwd, env });
      expect(await launched.end).toBe(0);
      expect(launched.written.err).toBe('');
      return JSON.parse(launched.written.out);
    };
    expect(await launch({ GATEHOUSE_CONFIG: '', GATEHOUSE_DATA: '' })).toEqual({
      config: join(clone.folder, 'config/gatehouse.yaml'),
      data: join(clone.folder, '.data'),
    });
    expect(await launch({ GATEHOUSE_CONFIG: 'my.yaml', GATEHOUSE_DATA: '/srv/data' })).toEqual({
      config: join(cwd, 'my.yaml'),
      data: '/srv/data',
    });
    rmSync(cwd, { recursive: true });
  });

  it('ends with what to do when no Node can be fetched', async () => {
    clone.remove();
    clone = cloneWith({ application: '', npm: 'echo "npm ERR! network"; exit 1' });
    // An old Node is told by its version.
    const script = `Object.defineProperty(process, 'version', { value: 'v20.20.2' });
      await (await import(${JSON.stringify(join(clone.folder, 'scripts/runtime.mjs'))})).findNode();`;
    const env = { ...process.env, PATH: join(clone.folder, 'path'), npm_execpath: '', GATEHOUSE_DATA: '' };
    const fetching = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    await expect(fetching).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /npm ERR! network\nNode \d+ could not be fetched: install it yourself \(nodejs\.org\) and run this again\n$/,
      ),
    });
  });
});
