import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { startWorld, type World } from '../support/world.ts';
import { startFakeUpstream, type FakeUpstream, type TransportFault } from '../upstreams/support/fake_upstream.ts';

let world: World;
let upstream: FakeUpstream;
/** Whether the upstream's page goes on by itself, as Apple's does, or waits for a click. */
let bySelf = true;

/** The upstream's page: on another host, and it posts its answer to the callback. */
const posting: TransportFault = ({ method, path, query }, response) => {
  if (method !== 'GET' || !path.endsWith('/authorize') || query.get('response_mode') !== 'form_post') return false;
  const plain = new URLSearchParams([...query].filter(([name]) => name !== 'response_mode'));
  void upstream.choose(`${upstream.issuer}/authorize?${plain.toString()}`, 'ada').then(({ params, url }) => {
    const { origin, pathname } = new URL(url);
    const fields = [...params].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('');
    const script = bySelf ? '<script>document.forms[0].submit()</script>' : '';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<form method="post" action="${origin}${pathname}">${fields}<button>Go on</button></form>${script}`);
  });
  return true;
};

beforeAll(async () => {
  const port = await freePortPair();
  upstream = await startFakeUpstream({ issuer: `http://localhost:${port}` });
  const { id, secret } = upstream.clients.partner;
  const partner = { id: 'partner', preset: 'oidc', label: 'Partner', issuer: upstream.issuer, email_trust: 'verified' };
  world = await startWorld({
    port,
    settings: { upstreams: [{ ...partner, client_id: id, client_secret: secret, response_mode: 'form_post' }] },
  });
  upstream.lie({ transport: posting });
});
beforeEach(() => {
  bySelf = true;
});
afterAll(async () => {
  await world.stop();
  await upstream.close();
});

async function inBrowser(use: (page: Page) => Promise<void>, javaScriptEnabled = true): Promise<void> {
  const browser = await launchBrowser({ javaScriptEnabled });
  try {
    await use(await browser.context.newPage());
  } finally {
    await browser.close();
  }
}

/** From the app to the upstream. Gives the requests to the callback and to what follows it, as they are made. */
async function toUpstream(page: Page): Promise<Request[]> {
  const requests: Request[] = [];
  page.on('request', (request) => request.url().includes('/upstream/partner/') && requests.push(request));
  await page.goto(`${world.app.url}/login`);
  await page.click('[data-upstream=partner]');
  return requests;
}

const arrived = (page: Page) => page.waitForURL(`${world.app.url}/me`);

// Skipped only where scripts/install_chromium.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  it('a cross-site POST brings no cookie, and the GET behind its 303 brings them', () =>
    inBrowser(async (page) => {
      const requests = await toUpstream(page);
      await arrived(page);
      const [post, get] = requests;
      if (!post || !get) throw new Error('the callback was not called');
      expect([post.method(), new URL(post.url()).pathname]).toEqual(['POST', '/upstream/partner/callback']);
      expect(await post.headerValue('cookie')).toBeNull();
      const answer = await post.response();
      expect(answer?.status()).toBe(303);
      expect(await answer?.headerValue('set-cookie')).toBeNull();
      expect([get.method(), new URL(get.url()).pathname]).toEqual(['GET', '/upstream/partner/resume']);
      expect(await get.headerValue('cookie')).toContain('gatehouse_browser=');
      expect(JSON.parse(await page.innerText('body'))).toMatchObject({ userinfo: { email: 'ada.example@gmail.com' } });
    }));

  it('it works without JavaScript, and a second press after Back says that it is over', () =>
    inBrowser(async (page) => {
      bySelf = false;
      await toUpstream(page);
      const form = page.url();
      await page.click('text=Go on');
      await arrived(page);
      for (let steps = 0; page.url() !== form && steps < 3; steps += 1) await page.goBack();
      await page.click('text=Go on');
      await page.waitForSelector('[data-error=interaction_expired]');
    }, false));

  it('what follows it can be loaded again: it is over, and the app is one click away', () =>
    inBrowser(async (page) => {
      const requests = await toUpstream(page);
      await arrived(page);
      await page.goto(requests.at(-1)?.url() ?? '');
      await page.waitForSelector('[data-error=interaction_expired]');
      await page.click('text=Test app');
      expect(new URL(page.url()).origin).toBe(new URL(world.app.url).origin);
    }));
});

describe('an answer by POST', () => {
  /** A person at the upstream's page, and what its form would send. */
  async function atUpstream(): Promise<{ browser: Browser; fields: [string, string][] }> {
    bySelf = false;
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const { body } = await browser.submit({ upstream: 'partner' });
    const inputs = body.matchAll(/name="([^"]*)" value="([^"]*)"/g);
    return { browser, fields: [...inputs].map(([, name = '', value = '']) => [name, value]) };
  }

  async function post(fields: [string, string][], headers: Record<string, string> = {}) {
    const url = `${world.gatehouse.issuer}/upstream/partner/callback`;
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
    return { answer, resume: answer.headers.get('location') ?? '' };
  }

  it('signs nobody in, not even with the cookies of its browser; the way on is of use there alone', async () => {
    const { browser, fields } = await atUpstream();
    const url = new URL(world.gatehouse.issuer);
    const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
    const { answer, resume } = await post(fields, { cookie });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
    const foreign = await fetch(resume, { redirect: 'manual' });
    expect([foreign.status, foreign.headers.get('location')]).toEqual([400, null]);
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });

  it('is kept once: a second one is refused, and changes nothing about the first', async () => {
    const { browser, fields } = await atUpstream();
    const { resume } = await post(fields);
    const second = await post(fields.map(([name, value]) => [name, name === 'code' ? 'of somebody else' : value]));
    expect(second.answer.status).toBe(400);
    expect(await second.answer.text()).toContain('data-error="interaction_expired"');
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });

  it('is refused where it is too large, and leaves the trip as it was', async () => {
    const { browser, fields } = await atUpstream();
    expect((await post([...fields, ['user', 'x'.repeat(9000)]])).answer.status).toBe(413);
    const { resume } = await post(fields);
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });
});
