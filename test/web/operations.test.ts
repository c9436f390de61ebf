import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/kit/logger.ts';
import { createReadiness } from '../../src/web/health.ts';
import { doctorMark, listen } from '../../src/web/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { openDoor, type Door } from './door.ts';

describe('health', () => {
  let door: Door;
  afterEach(() => door.close());

  it('is live under any host, also when nothing else works', async () => {
    door = await openDoor({ probes: [{ name: 'database', check: () => Promise.reject(new Error('away')) }] });
    const answer = await door.ask('GET', '/health/live', { headers: { host: '10.0.0.1:3000' } });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ status: 'ok' });
  });

  it('is ready when every probe passes, and shows the hash of the configuration', async () => {
    door = await openDoor({
      config: () => ({ hash: 'abc123' }),
      probes: [
        { name: 'database', check: async () => {} },
        { name: 'keys', check: async () => {} },
      ],
    });
    const answer = await door.ask('GET', '/health/ready', { headers: { host: 'anything' } });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ status: 'ok', checks: { database: 'ok', keys: 'ok' }, config: 'abc123' });
  });

  it('is not ready while one probe fails, without saying why to the world', async () => {
    const failing = Object.assign(new Error('postgres://gatehouse:hunter2@db'), { code: 'ECONNREFUSED' });
    door = await openDoor({
      probes: [
        { name: 'database', check: () => Promise.reject(failing) },
        { name: 'keys', check: async () => {} },
      ],
    });
    const answer = await door.ask('GET', '/health/ready');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toEqual({ status: 'failed', checks: { database: 'failed', keys: 'ok' } });
    expect(door.lines).toContainEqual(expect.objectContaining({ probe: 'database', reason: 'ECONNREFUSED' }));
    expect(JSON.stringify(door.lines)).not.toContain('hunter2');
  });

  it('asks each probe once for questions that come together', async () => {
    let asked = 0;
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    door = await openDoor({
      probes: [
        {
          name: 'database',
          check: () => {
            asked += 1;
            started.resolve();
            return gate.promise;
          },
        },
      ],
    });
    const first = door.ask('GET', '/health/ready');
    await started.promise;
    const second = door.ask('GET', '/health/ready');
    await door.ask('GET', '/health/live');
    gate.resolve();
    expect([(await first).status, (await second).status, asked]).toEqual([200, 200, 1]);
    await door.ask('GET', '/health/ready');
    expect(asked).toBe(2);
  });

  it('says at once that it stops, also to whoever asked before', async () => {
    door = await openDoor();
    const gate = Promise.withResolvers<void>();
    let stopping = false;
    const ready = createReadiness({
      probes: [{ name: 'database', check: () => gate.promise }],
      stopping: () => stopping,
      logger: createLogger('silent'),
    });
    const before = ready();
    stopping = true;
    expect(await ready()).toEqual({ status: 'stopping', checks: {} });
    gate.resolve();
    expect(await before).toMatchObject({ status: 'stopping' });
  });

  it('takes a probe that never answers for a failed one', async () => {
    door = await openDoor();
    const ready = createReadiness({
      probes: [{ name: 'database', check: () => new Promise(() => {}) }],
      logger: createLogger('silent'),
      patience: 10,
    });
    expect(await ready()).toMatchObject({ status: 'failed', checks: { database: 'failed' } });
  });
});

describe('what the doctor asks', () => {
  const doctorKey = Buffer.alloc(32, 7);
  const forwarded = { host: 'app:3000', 'x-forwarded-for': '192.0.2.77, 10.0.0.9', 'x-forwarded-proto': 'https' };
  let door: Door;
  beforeEach(async () => {
    door = await openDoor({ doctorKey });
  });
  afterEach(async () => {
    useRealClock();
    await door.close();
  });

  it('is how its own request arrived, before anything was removed from it', async () => {
    const { status, text } = await door.ask('GET', '/health/doctor', {
      headers: { ...forwarded, ...doctorMark(doctorKey) },
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      host: 'app:3000',
      forwarded_for: ['192.0.2.77', '10.0.0.9'],
      forwarded_proto: 'https',
    });
  });

  it.each([
    ['nobody else', () => ({})],
    ['whoever has another key', () => doctorMark(Buffer.alloc(32, 8))],
    ['whoever changes its time', () => ({ 'gatehouse-doctor': `1${doctorMark(doctorKey)['gatehouse-doctor']}` })],
  ])('is told %s', async (_, mark) => {
    expect((await door.ask('GET', '/health/doctor', { headers: mark() })).status).toBe(404);
  });

  it('is told nobody who kept a mark', async () => {
    const mark = doctorMark(doctorKey);
    pass(301);
    expect((await door.ask('GET', '/health/doctor', { headers: mark })).status).toBe(404);
  });
});

describe('metrics', () => {
  let door: Door;
  afterEach(() => door.close());

  it('count requests by route pattern and status class, under any host', async () => {
    door = await openDoor({}, (web) => {
      web.router.get('/interaction/:uid', (ctx) => {
        ctx.body = 'here';
      });
    });
    await door.ask('GET', '/interaction/one');
    await door.ask('GET', '/interaction/two');
    await door.ask('GET', '/no/such/place');
    await door.ask('PROPFIND', '/interaction/one');
    await door.logged((line) => line['status'] === 405);
    const { text, status, headers } = await door.ask('GET', '/metrics', { headers: { host: '10.0.0.1' } });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(text).toContain('http_requests_total{route="/interaction/:uid",method="GET",status="2xx"} 2');
    expect(text).toContain('http_requests_total{route="none",method="GET",status="4xx"} 1');
    expect(text).toContain('http_requests_total{route="none",method="other",status="4xx"} 1');
    expect(text).toContain(
      'http_request_duration_seconds_bucket{le="10",route="/interaction/:uid",method="GET",status="2xx"} 2',
    );
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toMatch(/such\/place|interaction\/(?:one|two)/);
  });

  it('with a port of their own are only there', async () => {
    door = await openDoor({ http: { trusted_hops: 0, metrics_port: 9100 } });
    expect((await door.ask('GET', '/metrics')).status).toBe(404);

    const own = await listen({ app: door.web.metrics.handler, port: 0, host: '127.0.0.1' });
    const scraped = await fetch(`${own.url}/metrics`);
    expect(scraped.status).toBe(200);
    expect(await scraped.text()).toContain('http_requests_total');
    expect((await fetch(`${own.url}/health/live`)).status).toBe(404);
    expect((await fetch(`${own.url}/metrics`, { method: 'POST' })).status).toBe(404);
    await own.close();
  });
});
