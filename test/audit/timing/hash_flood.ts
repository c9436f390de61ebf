import { hashThreads } from '../../../src/passwords/hash_threads.ts';
import { createBrowser } from '../../support/http_browser.ts';
import type { AuditWorld } from '../audit_world.ts';
import { atMost, beside, costOf, must, type Finding } from './finding.ts';

/** A rush, which waits; and more than may wait: some must be told to come back. */
const LOGINS = { rush: 200, flood: 1000 };
/** Of a hash, in MB, and of everything that a thousand requests hold. */
const MEMORY = { hash: 19, requests: 160 };

/** H13: a flood of logins waits in a bounded queue, and tokens and keys do not wait with it. */
export async function hashFlood(world: AuditWorld): Promise<Finding[]> {
  const { issuer } = world.gatehouse;
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  const url = new URL(browser.page.url);
  const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
  const csrf = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
  const login = async (at: number) => {
    const body = new URLSearchParams({
      _csrf: csrf,
      email: `flood.${at}@mail1.com`,
      password: 'a wrong long password',
    });
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: url.origin },
      body,
    });
    await answer.arrayBuffer();
    return { status: answer.status, retryAfter: Number(answer.headers.get('retry-after')) };
  };
  const flood = (count: number) => Promise.all(Array.from({ length: count }, (_, at) => login(at)));
  const calm = await beside('H13', `${LOGINS.rush} logins at once`, issuer, () => flood(LOGINS.rush));
  const { result: answers, grown } = await costOf(world, () => flood(LOGINS.flood));
  const refused = answers.filter(({ status }) => status === 503);
  const timed = refused.filter(({ retryAfter }) => retryAfter > 0);
  const statuses = [...new Set(answers.map(({ status }) => `${status}`))].toSorted().join(' ');
  return [
    must(
      'H13',
      `${LOGINS.flood} logins at once: the queue is bounded`,
      refused.length > 0,
      `${refused.length} told to wait`,
    ),
    must('H13', 'each of those is told how long', timed.length === refused.length, `${timed.length} times`),
    must('H13', 'all others are answered', statuses === '401 503', statuses),
    ...calm,
    atMost('H13', 'memory', grown, hashThreads() * MEMORY.hash + MEMORY.requests, 'MB'),
  ];
}
