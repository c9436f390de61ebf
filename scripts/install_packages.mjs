// Sees to it that the browser tests have a Chromium and a Korean font, the tests of the pooler a PgBouncer, and those of the samples
// a Python with what they import. Root on Debian gets them from Debian's packages, and a failure there is a failure of the run;
// others are told the line that installs them. Runs on the Node that was found.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { findChromium } from '../test/support/chromium.ts';
import { findPgBouncer } from '../test/support/find_pgbouncer.ts';
import { findPython } from '../test/support/find_python.ts';
import { run, say } from './supervise.mjs';

const needs = [
  { packages: ['chromium'], find: findChromium },
  { packages: ['fontconfig', 'fonts-noto-cjk'], find: hasKoreanFont },
  { packages: ['pgbouncer'], find: findPgBouncer },
  { packages: ['python3-authlib', 'python3-flask', 'python3-requests', 'python3-tornado'], find: findPython },
];
const stillMissing = () => needs.filter(({ find }) => !find()).flatMap(({ packages }) => packages);
const missing = stillMissing();

if (missing.length === 0) {
  say(`Chromium: ${findChromium()}; PgBouncer: ${findPgBouncer()}; Python: ${findPython()}`);
} else if (process.getuid() === 0 && existsSync('/etc/debian_version')) {
  await aptGet(['update']);
  await aptGet(['install', '-y', '--no-install-recommends', ...missing]);
  const lost = stillMissing();
  if (lost.length > 0) throw new Error(`installed, and not to be found: ${lost.join(', ')}`);
} else {
  say(`Some tests are skipped or incomplete. To run them: sudo apt-get install ${missing.join(' ')}`);
}

/** Without fontconfig nobody can say. */
function hasKoreanFont() {
  const list = spawnSync('fc-list', [':lang=ko'], { encoding: 'utf8' });
  return list.status === 0 && list.stdout.trim() !== '';
}

async function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const label = `apt-get ${args.join(' ')}`;
  const { code, output } = await run('apt-get', args, { label, output: 'keep', group: true, env });
  if (code === 0) return;
  say(output);
  throw new Error(`${label} failed`);
}
