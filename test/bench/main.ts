// npm run bench -- logins [count] [at once]: complete password logins of one app, from /oidc/authorize to the tokens, over
// HTTP against a server of its own. Prints what was measured and judges nothing.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/index.ts';
import { startRelyingParty } from '../client/start.ts';
import { freePortPair, startGatehouse } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';

const [what = 'logins', count = '1000', atOnce = '4'] = process.argv.slice(2);
if (what !== 'logins') {
  process.stderr.write('usage: npm run bench -- logins [count] [at once]\n');
  process.exit(2);
}

const scratch = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
const embedded = await startEmbedded({ dataDir: join(scratch, 'postgres') });
const port = await freePortPair();
const app = await startRelyingParty({
  issuer: `http://localhost:${port}`,
  clientId: 'app',
  clientSecret: CLIENT_SECRET,
});
const gatehouse = await startGatehouse({
  databaseUrl: embedded.url,
  port,
  settings: { clients: [clientOf(app.url)], limits: { enabled: false } },
  // As the launchers and the image start it.
  environment: { NODE_OPTIONS: '--max-semi-space-size=16', GATEHOUSE_TEST_CLOCK: '' },
});
try {
  await signUp('bench@example.com');
  const rssBefore = rssOf(gatehouse.pid);
  const cpuBefore = cpuOf(gatehouse.pid);
  const times = await logins(Number(count), Number(atOnce));
  const cpu = cpuOf(gatehouse.pid) - cpuBefore;
  const sorted = times.each.toSorted((left, right) => left - right);
  print('logins', `${count}, ${atOnce} at once`);
  print('rate', `${(Number(count) / times.seconds).toFixed(1)} a second`);
  print('time of one', `p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms`);
  print('CPU of the server', `${((cpu / Number(count)) * 1000).toFixed(1)} ms a login`);
  print('RSS of the server', `${rssBefore} MB before, ${rssOf(gatehouse.pid)} MB after`);
} finally {
  await gatehouse.stop();
  await app.stop();
  await embedded.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function signUp(email: string): Promise<void> {
  const browser = createBrowser();
  await browser.open(`${app.url}/login?prompt=create`);
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD } });
  await browser.submit({ fields: { code: await gatehouse.code(email) } });
}

/** Every login with a browser of its own: nothing is spared by a session. */
async function logins(total: number, lanes: number): Promise<{ each: number[]; seconds: number }> {
  const each: number[] = [];
  let left = total;
  const started = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const begun = performance.now();
      const browser = createBrowser();
      await browser.open(`${app.url}/login`);
      const page = await browser.submit({ fields: { email: 'bench@example.com', password: PASSWORD } });
      if (page.url !== `${app.url}/me`) throw new Error(`a login ended at ${page.url}`);
      each.push(performance.now() - begun);
      if (each.length % 100 === 0) process.stdout.write(`${each.length} logins\n`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { each, seconds: (performance.now() - started) / 1000 };
}

function at(sorted: number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
}

/** Resident memory in MB, of Linux's own account. */
function rssOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** Seconds of CPU so far; the kernel counts in hundredths. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(20)} ${value}\n`);
}
