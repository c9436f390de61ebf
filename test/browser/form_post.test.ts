import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import { findChromium, launchBrowser } from '../support/chromium.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { startWorld, type World } from '../support/world.ts';
import { chooseAt } from '../upstreams/support/choose.ts';

let world: World;

beforeAll(async () => {
  // Apple, whose page posts its answer by itself. It is played on another host.
  world = await startWorld({ settings: { upstreams: [{ id: 'apple', preset: 'apple' }] } });
});
afterAll(() => world.stop());

async function inBrowser(use: (page: Page) => Promise<void>, javaScriptEnabled = true): Promise<void> {
  const browser = await launchBrowser({ javaScriptEnabled });
  try {
    await use(await browser.context.newPage());
  } finally {
    await browser.close();
  }
}

/** From the app to Apple, and as Ada on. Gives the requests to the callback and to what follows it, as they are made. */
async function throughApple(page: Page): Promise<Request[]> {
  const requests: Request[] = [];
  page.on('request', (request) => request.url().includes('/upstream/apple/') && requests.push(request));
  await page.goto(`${world.app.url}/login`);
  await page.click('[data-upstream=apple]');
  await page.click('button[value=ada]');
  return requests;
}

const arrived = (page: Page) => page.waitForURL(`${world.app.url}/me`);

// Skipped only where scripts/install_packages.mjs may not install one; root on Debian gets it, or the run fails.
const found = findChromium() !== undefined;
const withChromium = found ? describe : describe.skip;

withChromium(found ? 'in Chromium' : 'in Chromium, which is missing: apt-get install chromium', () => {
  it('a cross-site POST brings no cookie, and the GET behind its 303 brings them', () =>
    inBrowser(async (page) => {
      const requests = await throughApple(page);
      await arrived(page);
      const [post, get] = requests;
      if (!post || !get) throw new Error('the callback was not called');
      expect([post.method(), new URL(post.url()).pathname]).toEqual(['POST', '/upstream/apple/callback']);
      expect(await post.headerValue('cookie')).toBeNull();
      const answer = await post.response();
      expect(answer?.status()).toBe(303);
      expect(await answer?.headerValue('set-cookie')).toBeNull();
      expect([get.method(), new URL(get.url()).pathname]).toEqual(['GET', '/upstream/apple/resume']);
      expect(await get.headerValue('cookie')).toContain('gatehouse_browser=');
      expect(JSON.parse(await page.innerText('body'))).toMatchObject({ userinfo: { email: 'ada@apple.example' } });
    }));

  it('no script is needed', () =>
    inBrowser(async (page) => {
      await throughApple(page);
      await page.click('form button');
      await arrived(page);
      expect(await page.innerText('body')).toContain('ada@apple.example');
    }, false));

  it('a second one, as after Back, says that it is over', () =>
    inBrowser(async (page) => {
      const requests = await throughApple(page);
      await arrived(page);
      const post = requests[0];
      const fields = [...new URLSearchParams(post?.postData() ?? '')];
      const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`);
      await page.setContent(
        `<form method="post" action="${post?.url()}">${inputs.join('')}<button>Go on</button></form>`,
      );
      await page.click('button');
      await page.waitForSelector('[data-error=interaction_expired]');
      expect(new URL(page.url()).pathname).toBe('/upstream/apple/callback');
    }));

  it('what follows it can be loaded again: it is over, and the app is one click away', () =>
    inBrowser(async (page) => {
      const requests = await throughApple(page);
      await arrived(page);
      await page.goto(requests.at(-1)?.url() ?? '');
      await page.waitForSelector('[data-error=interaction_expired]');
      await page.click('text=Test app');
      expect(new URL(page.url()).origin).toBe(new URL(world.app.url).origin);
    }));
});

describe('an answer by POST (B20)', () => {
  /** A person at Apple's page, and what it would post. */
  async function atApple(): Promise<{ browser: Browser; fields: [string, string][] }> {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const { url } = await browser.submit({ upstream: 'apple' });
    return { browser, fields: [...(await chooseAt(url, 'ada')).params] };
  }

  async function post(fields: [string, string][], headers: Record<string, string> = {}) {
    const url = `${world.gatehouse.issuer}/upstream/apple/callback`;
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
    return { answer, resume: answer.headers.get('location') ?? '' };
  }

  it('signs nobody in, not even with the cookies of its browser; the way on is of use there alone', async () => {
    const { browser, fields } = await atApple();
    const url = new URL(world.gatehouse.issuer);
    const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
    const { answer, resume } = await post(fields, { cookie });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([303, []]);
    const foreign = await fetch(resume, { redirect: 'manual' });
    expect([foreign.status, foreign.headers.get('location')]).toEqual([400, null]);
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });

  it('is kept once: a second one is refused, and changes nothing about the first', async () => {
    const { browser, fields } = await atApple();
    const { resume } = await post(fields);
    const second = await post(fields.map(([name, value]) => [name, name === 'code' ? 'of somebody else' : value]));
    expect(second.answer.status).toBe(400);
    expect(await second.answer.text()).toContain('data-error="interaction_expired"');
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });

  it('is refused where it is too large, and leaves the trip as it was', async () => {
    const { browser, fields } = await atApple();
    expect((await post([...fields, ['user', 'x'.repeat(9000)]])).answer.status).toBe(413);
    const { resume } = await post(fields);
    expect((await browser.open(resume)).url).toBe(`${world.app.url}/me`);
  });
});
