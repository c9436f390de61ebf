import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { startBenchWorld, type BenchWorld } from './bench_world.ts';
import { cpuOf, percentile, print, rssOf } from './figures.ts';

/** `logins [count] [at once]`: complete password logins of one app, from /oidc/authorize to the tokens, over HTTP. */
export async function benchLogins([count = '1000', atOnce = '4']: string[]): Promise<{ lost: number }> {
  const world = await startBenchWorld();
  const { pid } = world.gatehouse;
  try {
    const rssBefore = rssOf(pid);
    const cpuBefore = cpuOf(pid);
    const { each, seconds } = await logins(world, Number(count), Number(atOnce));
    const cpu = cpuOf(pid) - cpuBefore;
    const at = (share: number) => percentile(each, share).toFixed(0);
    print('logins', `${count}, ${atOnce} at once`);
    print('rate', `${(Number(count) / seconds).toFixed(1)} a second`);
    print('time of one', `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
    print('CPU of the server', `${((cpu / Number(count)) * 1000).toFixed(1)} ms a login`);
    print('RSS of the server', `${rssBefore} MB before, ${rssOf(pid)} MB after`);
    return { lost: 0 };
  } finally {
    await world.stop();
  }
}

/** Every login with a browser of its own: nothing is spared by a session. One that is lost ends the benchmark. */
async function logins(
  { app, email }: BenchWorld,
  total: number,
  lanes: number,
): Promise<{ each: number[]; seconds: number }> {
  const each: number[] = [];
  let left = total;
  const started = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const begun = performance.now();
      const browser = createBrowser();
      await browser.open(`${app.url}/login`);
      const page = await browser.submit({ fields: { email, password: PASSWORD } });
      if (page.url !== `${app.url}/me`) throw new Error(`a login ended at ${page.url}`);
      each.push(performance.now() - begun);
      if (each.length % 100 === 0) process.stdout.write(`${each.length} logins\n`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { each, seconds: (performance.now() - started) / 1000 };
}
