import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { signUpLocally } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

const KNOWN = 'unkempt walnut harbour';
const SUFFIX = createHash('sha1').update(KNOWN).digest('hex').toUpperCase().slice(5);

describe('a password that is known from breaches', () => {
  let world: World;
  let asked = 0;
  const range = createServer((_request, response) => {
    asked += 1;
    response.end(`${SUFFIX}:42\r\n`);
  });
  beforeAll(async () => {
    await once(range.listen(0, '127.0.0.1'), 'listening');
    const { port } = range.address() as AddressInfo; // it listens on a port, not on a pipe
    world = await startWorld({
      settings: {
        passwords: { breach_check: { url: `http://127.0.0.1:${port}/range/` } },
        limits: { signup_address: { points: 2 } },
      },
    });
  });
  afterAll(async () => {
    await world.stop();
    range.closeAllConnections();
    range.close();
  });

  it('is refused with the reason, and another one is taken (E17)', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    const fields = { email: 'ada@example.com', new_password: KNOWN };
    const refused = await browser.submit({ action: '/signup', fields });
    expect(refused).toMatchObject({ screen: 'signup', status: 422 });
    expect(refused.text).toContain('This password appears in known breaches');
    expect(await world.gatehouse.mails()).toEqual([]);

    const page = await signUpLocally(world, createBrowser(), 'ada@example.com');
    expect(page.url).toBe(`${world.app.url}/me`);
    expect(await world.query(`select type from events where type = 'passwords.breach_check_failed'`)).toEqual([]);
  });

  it('is not asked about for whoever has tried too often', async () => {
    const before = asked;
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login?prompt=create`);
    const fields = { email: 'bea@example.com', new_password: KNOWN };
    expect((await browser.submit({ action: '/signup', fields })).status).toBe(429);
    expect(asked).toBe(before);
  });
});
