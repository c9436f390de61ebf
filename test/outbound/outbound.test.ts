import { once } from 'node:events';
import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOutbound, type Outbound, type OutboundSettings } from '../../src/outbound/index.ts';
import { startFaultServer, type FaultServer } from './support/fault_server.ts';

let server: FaultServer;
const opened: Outbound[] = [];

beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(async () => {
  await Promise.all(opened.map((outbound) => outbound.close()));
  await server.close();
});

function open(settings: Partial<OutboundSettings> = {}): Outbound {
  const limits = { headersMs: 300, totalMs: 600 };
  const outbound = createOutbound({
    mode: 'development',
    trustedHosts: ['127.0.0.1', 'localhost'],
    allow: [],
    limits,
    ...settings,
  });
  opened.push(outbound);
  return outbound;
}

const at = (path: string, host = '127.0.0.1'): string => `http://${host}:${server.port}${path}`;

describe('outbound, whose settings change', () => {
  it('calls those who may be called now, and ends no call that is under way', async () => {
    const outbound = open({ trustedHosts: ['127.0.0.1'], limits: {} });
    expect((await outbound.fetch(at('/ok'))).status).toBe(200);
    const commit = outbound.prepare({ mode: 'development', trustedHosts: ['localhost'], allow: [] });
    const underWay = outbound.fetch(at('/ok'));
    commit();
    expect(await (await underWay).text()).toBe('fine');
    await expect(outbound.fetch(at('/ok'))).rejects.toMatchObject({ reason: 'address_refused' });
    expect((await outbound.fetch(at('/ok', 'localhost'))).status).toBe(200);
  });
});

describe('outbound, a call that works', () => {
  it('gives status, headers and body, and says who calls', async () => {
    const answer = await open().fetch(at('/ok'), { headers: { 'user-agent': 'something else' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-seen-agent')).toMatch(/^Gatehouse\/\d+\.\d+\.\d+$/);
    expect(await answer.text()).toBe('fine');
  });

  it('unpacks a compressed body and hides that it was one', async () => {
    const answer = await open().fetch(at('/gzip'));
    expect(await answer.text()).toBe('unpacked');
    expect(answer.headers.has('content-encoding')).toBe(false);
  });

  it('answers without a body where the status has none', async () => {
    const answer = await open().fetch(at('/empty'));
    expect(answer.status).toBe(204);
    expect(answer.body).toBeNull();
  });

  it.each([
    ['HEAD', 'gzip'],
    ['GET', 'gzip'],
    ['GET', 'deflate'],
    ['GET', 'br'],
  ])('is not confused by an answer to %s with %s but without a body', async (method, packed) => {
    const answer = await open().fetch(at('/packed-nothing'), { method, headers: { 'x-packed': packed } });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('takes a Request as the global fetch does', async () => {
    const answer = await open().fetch(new Request(at('/echo'), { method: 'POST', body: 'hello' }));
    expect(await answer.text()).toBe('hello');
  });

  it('keeps the reason of a caller who gives up', async () => {
    const controller = new AbortController();
    const call = open().fetch(at('/hang'), { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
  });
});

describe('outbound, a server that misbehaves', () => {
  it.each([
    ['/hang', 'timeout'],
    ['/drip', 'timeout'],
    ['/huge', 'too_large'],
    ['/bomb', 'too_large'],
    ['/redirect', 'redirect'],
    ['/redirect-inside', 'address_refused'],
    ['/reset', 'network'],
    ['/truncated', 'network'],
  ])('turns %s into %s', async (path, reason) => {
    await expect(open().fetch(at(path))).rejects.toMatchObject({ name: 'OutboundError', reason });
  });

  it('says tls of a server that speaks none: no broken line, and nothing that passes by itself', async () => {
    await expect(open().fetch(`https://127.0.0.1:${server.port}/ok`)).rejects.toMatchObject({ reason: 'tls' });
  });

  it('says network when nobody listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, 'close');
    await expect(open().fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ reason: 'network' });
  });

  it('says network when a name does not exist', async () => {
    const outbound = open({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(outbound.fetch('https://nowhere.example/')).rejects.toMatchObject({ reason: 'network' });
  });
});

describe('outbound, whom it calls (H12)', () => {
  it('reaches localhost by name in development when the config file names it', async () => {
    const answer = await open({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] }).fetch(
      at('/ok', 'localhost'),
    );
    expect(answer.status).toBe(200);
  });

  it('looks a name up once for all who wait for it, and anew for who comes later', async () => {
    const lookups: ReturnType<typeof Promise.withResolvers<LookupAddress[]>>[] = [];
    const outbound = open({
      resolve() {
        const lookup = Promise.withResolvers<LookupAddress[]>();
        lookups.push(lookup);
        return lookup.promise;
      },
    });
    const ask = () => outbound.fetch(at('/ok', 'localhost'));
    const calls = [ask(), ask(), ask()];
    while (lookups.length < 1) await setImmediate();
    lookups[0]?.reject(new Error('SERVFAIL'));
    for (const call of calls) await expect(call).rejects.toMatchObject({ reason: 'network' });
    expect(lookups).toHaveLength(1);
    const later = ask();
    while (lookups.length < 2) await setImmediate();
    lookups[1]?.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect((await later).status).toBe(200);
  });

  it.each([
    'http://example.com/',
    'ftp://127.0.0.1/',
    'https://name:word@example.com/',
    'http://127.0.0.1.example.com/',
  ])('refuses %s as insecure without asking DNS', async (url) => {
    let asked = false;
    const outbound = open({
      resolve: async () => {
        asked = true;
        return [];
      },
    });
    await expect(outbound.fetch(url)).rejects.toMatchObject({ reason: 'insecure' });
    expect(asked).toBe(false);
  });

  it('refuses plain http to loopback in production', async () => {
    await expect(open({ mode: 'production' }).fetch(at('/ok'))).rejects.toMatchObject({ reason: 'insecure' });
  });

  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
  ])('refuses the address %s in production', async (host) => {
    await expect(open({ mode: 'production', trustedHosts: [] }).fetch(`https://${host}/`)).rejects.toMatchObject({
      reason: 'address_refused',
    });
  });

  it('judges the address that DNS names at connect time, so that rebinding cannot win', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    const outbound = open({
      mode: 'production',
      resolve: async () => [{ address: answers.pop() ?? '', family: 4 }],
    });
    const before = server.seen.length;
    await expect(outbound.fetch(`https://rebinding.example:${server.port}/ok`)).rejects.toMatchObject({
      reason: 'address_refused',
    });
    expect(server.seen).toHaveLength(before);
  });

  it('refuses a name when only one of its addresses is refused', async () => {
    const outbound = open({
      resolve: async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
    });
    await expect(outbound.fetch('https://mixed.example/')).rejects.toMatchObject({ reason: 'address_refused' });
  });

  it('refuses a redirect to a metadata service without following it', async () => {
    const call = open().fetch(at('/redirect-inside'), { redirect: 'follow' });
    await expect(call).rejects.toMatchObject({ reason: 'address_refused' });
  });
});
