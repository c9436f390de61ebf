import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { percentile } from '../../bench/figures.ts';
import { createBrowser, type Browser } from '../../support/http_browser.ts';
import { PASSWORD } from '../../support/people.ts';
import { transportFaults, type FakeUpstream } from '../../upstreams/support/fake_upstream.ts';
import type { AuditWorld } from '../audit_world.ts';
import { addresses } from '../people.ts';
import { atMost, costOf, must, type Finding } from './finding.ts';

const SECONDS = 6;
/** An answer that has begun has all the time of `outbound.timeout`. */
const DRIPPING_SECONDS = 11;
/** After a fetch of keys there is no other one for half a minute, also where it failed (B18). */
const KEYS_REST_MS = 31_000;

/** B16: an upstream that hangs, floods or lies costs its own visitors an error page, and nobody else anything. */
export async function hostileUpstreams(world: AuditWorld, fake: FakeUpstream): Promise<Finding[]> {
  let touched = 0;
  const canary = createServer((_, response) => response.end(`${(touched += 1)}`)).listen(0, '127.0.0.1');
  const place = canary.address();
  const target = `http://127.0.0.1:${typeof place === 'object' ? place?.port : 0}/`;
  const faults = {
    'hangs at its keys': transportFaults.hang('/jwks'),
    'floods keys of 100 MB': transportFaults.flood('/jwks'),
    'hangs at the token': transportFaults.hang('/token'),
    'drips at the token': transportFaults.drip('/token'),
    'floods a token of 100 MB': transportFaults.flood('/token'),
    'has a compressed bomb for a token': transportFaults.bomb('/token'),
    'answers 500': transportFaults.status(500)('/token'),
    'answers with a page': transportFaults.status(200, 'text/html', '<h1>Hello</h1>')('/token'),
    'leads to our own network': transportFaults.redirectTo(target)('/token'),
  };
  const findings: Finding[] = [];
  let keysFailedAt = 0;
  const quiet = await signIns(world);
  for (const [what, transport] of Object.entries(faults)) {
    const { browser, callback } = await atCallback(world, fake);
    if (what.includes('keys')) await fake.rotateKeys();
    fake.lie({ transport });
    const cost = await costOf(world, async () => {
      const [page, beside] = await Promise.all([shownAfter(browser, callback), signIns(world)]);
      return { page, beside };
    });
    fake.honest();
    if (what.includes('keys')) keysFailedAt = performance.now();
    const { page, beside } = cost.result;
    findings.push(
      atMost(
        'B16',
        `${what}: its visitor has a page`,
        page.seconds,
        what.startsWith('drips') ? DRIPPING_SECONDS : SECONDS,
        's',
      ),
      must(
        'B16',
        `${what}: that page is an error or the way back`,
        page.screen !== 'account',
        `${page.status} ${page.screen}`,
      ),
      atMost('B16', `${what}: memory`, cost.grown, 96, 'MB'),
      atMost('B16', `${what}: sign-ins of others, p95`, percentile(beside, 0.95) / percentile(quiet, 0.95), 2, 'times'),
    );
  }
  await setTimeout(Math.max(0, KEYS_REST_MS - (performance.now() - keysFailedAt)));
  const { browser, callback } = await atCallback(world, fake);
  const again = await shownAfter(browser, callback);
  findings.push(
    // Its person has an account here already, and is asked to prove it.
    must('B16', 'once it is honest, a new try succeeds', again.screen === 'link-account', again.screen ?? again.url),
    must('B16', 'our own network was not asked', touched === 0, `${touched} requests`),
  );
  canary.close();
  return findings;
}

async function atCallback({ app }: AuditWorld, fake: FakeUpstream): Promise<{ browser: Browser; callback: string }> {
  const browser = createBrowser();
  await browser.open(`${app.url}/login`);
  await browser.submit({ upstream: 'partner' });
  return { browser, callback: (await fake.choose(browser.page.url, 'ada')).url };
}

async function shownAfter(browser: Browser, callback: string) {
  const begun = performance.now();
  const { status, screen, url } = await browser.open(callback);
  return { status, screen, url, seconds: (performance.now() - begun) / 1000 };
}

/** Milliseconds of sign-ins with a password, one after the other. */
async function signIns({ app }: AuditWorld): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < 12; time += 1) {
    const browser = createBrowser();
    await browser.open(`${app.url}/login`);
    const begun = performance.now();
    await browser.submit({ fields: { email: addresses.known, password: PASSWORD } });
    times.push(performance.now() - begun);
  }
  return times;
}
