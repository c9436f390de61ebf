import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { exchange } from '../support/http_browser/transport.ts';
import { startPartnerWorld, type PartnerWorld } from '../support/partner_world.ts';
import { clientOf } from '../support/world.ts';

let world: PartnerWorld;
let other: Gatehouse;

beforeAll(async () => {
  world = await startPartnerWorld();
  const { gatehouse, line, settings, app } = world;
  // A second process of the same issuer: the same keys and the same settings behind another port.
  other = await startGatehouse({
    databaseUrl: line.url,
    dataDir: gatehouse.dataDir,
    settings: { ...settings, issuer: gatehouse.issuer, clients: [clientOf(app.url)] },
  });
});
afterAll(async () => {
  await other.stop();
  await world.stop();
});

/** One GET as this browser sends it, to one of the two processes; follows nothing. */
async function get(browser: Browser, href: string, index: number) {
  const url = new URL(href);
  const cookie = browser.cookies.headerFor({ url, method: 'GET', sameSite: false }) ?? '';
  const host = url.host;
  url.port = String(index % 2 === 0 ? world.gatehouse.port : other.port);
  return exchange({ method: 'GET', url, headers: { host, cookie, accept: 'text/html' } });
}

/** Begins a trip and gives the callback that the partner leads to. */
async function callbackOf(browser: Browser, subject: string, email: string): Promise<string> {
  await browser.open(`${world.app.url}/login`);
  return world.travel(browser, 'authoritative', { subject, email, trust: 'verified' });
}

const count = async (what: string) => Number((await world.query(`select count(*) as n from ${what}`))[0]?.['n']);
const exchanges = () => world.fake.calls('/token').length;
/** Where the page goes on to by itself. */
const wayOn = (answer: Awaited<ReturnType<typeof get>>) =>
  new URL(/url=(.+)$/.exec(String(answer.headers['refresh'] ?? ''))?.[1] ?? '', world.gatehouse.issuer).href;

describe('fifty callbacks with one state at once, over two processes', () => {
  it('are one exchange and one session', async () => {
    const browser = createBrowser();
    const callback = await callbackOf(browser, 'fifty', 'fifty@example.com');
    const [before, sessions] = [exchanges(), await count('sessions')];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => get(browser, callback, index)));
    expect(exchanges() - before).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await count(`identities where subject = 'fifty'`)).toBe(1);
    // One leads on to the end of the visit; all others, to the visit itself.
    const ways = answers.map(wayOn);
    const [end = '', ...others] = ways.filter((way) => way.includes('/oidc/authorize/'));
    expect(others).toEqual([]);
    expect(ways.filter((way) => way.includes('/interaction/'))).toHaveLength(49);

    const ends = await Promise.all(ways.map((way, index) => get(browser, way, index)));
    for (const { status } of ends) expect(status).toBeLessThan(500);
    expect((await count('sessions')) - sessions).toBeLessThanOrEqual(1);
    await browser.open(end);
    expect((await count('sessions')) - sessions).toBe(1);
  });
});

describe('two first logins of one identity at once, over two processes', () => {
  it('are one account, and both are let in', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [email, subject] = [`first-${round}@example.com`, `first ${round}`];
      const browsers = [createBrowser(), createBrowser()];
      const callbacks: string[] = [];
      for (const browser of browsers) callbacks.push(await callbackOf(browser, subject, email));
      const answers = await Promise.all(browsers.map((browser, index) => get(browser, callbacks[index] ?? '', index)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const ways = answers.map(wayOn);
      for (const [index, browser] of browsers.entries()) {
        const page = await browser.open(ways[index] ?? '');
        expect(page.json<{ userinfo: { email: string } }>().userinfo.email).toBe(email);
      }
      expect(await count(`addresses where canonical = '${email}'`)).toBe(1);
      expect(await count(`identities where subject = '${subject}'`)).toBe(1);
    }
  });

  it('are one join and one mail where an account has the address', async () => {
    const browsers = Array.from({ length: 6 }, () => createBrowser());
    const callbacks: string[] = [];
    const account = createBrowser();
    await account.open(await callbackOf(account, 'owner', 'crowd@example.com'));
    await world.query(`delete from identities where subject = 'owner'`);
    for (const browser of browsers) {
      await browser.open(`${world.app.url}/login`);
      const claimed = { subject: 'crowd', email: 'crowd@example.com', trust: 'authoritative' } as const;
      callbacks.push(await world.travel(browser, 'authoritative', claimed));
    }
    const answers = await Promise.all(browsers.map((browser, index) => get(browser, callbacks[index] ?? '', index)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await count(`identities where subject = 'crowd'`)).toBe(1);
    const told = `mail_outbox where template = 'identity-linked'`;
    expect(await count(told)).toBe(1);
  });
});
