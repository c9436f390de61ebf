import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SecurityEvent } from '../../src/events/index.ts';
import { createOutbound } from '../../src/outbound/index.ts';
import { openPasswords, passwordSettings, type Passwords } from '../../src/passwords/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { testDatabase } from '../support/database.ts';

const GOOD = 'unkempt wälnut harbour';
const HASH = createHash('sha1').update(GOOD).digest('hex').toUpperCase();
const OTHERS = `${'0'.repeat(34)}A:12\r\n${'0'.repeat(34)}B:3\r\n`;
const BREACHED = [{ key: 'passwords.problems.breached' }];

describe('the breach check', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let answer: RequestListener;
  let asked: IncomingMessage[];
  let events: SecurityEvent[];
  const outbound = createOutbound({ mode: 'development', trustedHosts: ['127.0.0.1'], allow: [] });
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });

  beforeAll(async () => {
    world = await testDatabase();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    await outbound.close();
    server.closeAllConnections();
    server.close();
    await world.drop();
  });
  afterEach(() => useRealClock());
  beforeEach(() => {
    asked = [];
    events = [];
  });

  function open(url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`): Passwords {
    return openPasswords({
      database: world.database,
      settings: passwordSettings.parse({ breach_check: { url, timeout: '1s' } }),
      brand: () => 'Acme',
      record: async (event) => void events.push(event),
      fetch: outbound.fetch,
    });
  }
  const says = (text: string, status = 200) => {
    answer = (_request, response) => response.writeHead(status).end(text);
  };

  it('refuses a password that is known, in either form it can be typed in', async () => {
    says(`${OTHERS}${HASH.slice(5)}:42`);
    const passwords = open();
    expect(await passwords.problems(GOOD.normalize('NFC'), {})).toEqual(BREACHED);
    expect(await passwords.problems(GOOD.normalize('NFD'), {})).toEqual(BREACHED);
    says(`${OTHERS}${HASH.slice(5).toLowerCase()}:1\r\n`);
    expect(await passwords.problems(GOOD, {})).toEqual(BREACHED);
    expect(events).toEqual([]);
  });

  it('sends five characters of the hash, asks for padding, and sends nothing that is not needed', async () => {
    says(OTHERS);
    await open().problems(GOOD, { address: 'ada@example.com' });
    expect(asked.map(({ method, url }) => ({ method, url }))).toEqual([
      { method: 'GET', url: `/range/${HASH.slice(0, 5)}` },
    ]);
    expect(asked[0]?.headers['add-padding']).toBe('true');
    expect(JSON.stringify(asked[0]?.rawHeaders)).not.toMatch(/ada|walnut|cookie/i);
  });

  it('takes a password that is not known, and does not fall for padding', async () => {
    says(`${OTHERS}${HASH.slice(5)}:0\r\n`);
    expect(await open().problems(GOOD, {})).toEqual([]);
    expect(events).toEqual([]);
  });

  it('is not asked about a password that our own rules refuse', async () => {
    says(OTHERS);
    expect(await open().problems('password12345678', {})).not.toEqual([]);
    expect(asked).toEqual([]);
  });

  it.each<[string, string, RequestListener]>([
    ['answers 500', 'not_a_list', (_request, response) => response.writeHead(500).end('broken')],
    ['answers 429', 'not_a_list', (_request, response) => response.writeHead(429).end()],
    ['answers with a page', 'not_a_list', (_request, response) => response.end('<html>Sign in to this Wi-Fi</html>')],
    ['answers with nothing', 'not_a_list', (_request, response) => response.end()],
    ['answers elsewhere', 'redirect', (_request, response) => response.writeHead(302, { location: '/' }).end()],
    ['hangs up', 'network', (request) => request.socket.destroy()],
    ['never answers', 'timeout', () => {}],
    ['never comes to an end', 'timeout', (_request, response) => void response.write(OTHERS)],
    ['answers with too much', 'too_large', (_request, response) => response.end(OTHERS.repeat(10_000))],
  ])('keeps nobody out when the service %s, and the local rules stay', async (_what, reason, listener) => {
    answer = listener;
    const passwords = open();
    const begun = performance.now();
    expect(await passwords.problems(GOOD, {})).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(events).toEqual([{ type: 'passwords.breach_check_failed', outcome: 'failed', reason }]);
    expect(await passwords.problems('password12345678', {})).toEqual([{ key: 'passwords.problems.too_common' }]);
  });

  it('keeps nobody out when there is no such service, and says so once in ten minutes (E17)', async () => {
    const passwords = open('http://127.0.0.1:9/range/');
    for (let turn = 0; turn < 3; turn += 1) expect(await passwords.problems(GOOD, {})).toEqual([]);
    expect(events).toHaveLength(1);
    pass(601);
    expect(await passwords.problems(GOOD, {})).toEqual([]);
    expect(events).toHaveLength(2);
  });

  it.each([
    ['http elsewhere', 'http://range.example/range/'],
    ['an URL whose end would swallow the prefix', 'https://range.example/range'],
    ['a query', 'https://range.example/?range/'],
    ['credentials', 'https://me@range.example/range/'],
    ['no URL', 'range/'],
  ])('does not take %s for its URL', (_what, url) => {
    expect(passwordSettings.safeParse({ breach_check: { url } }).success).toBe(false);
  });
});
