import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openDatabase } from '../../src/database/index.ts';
import { openEvents, type Events } from '../../src/events/index.ts';
import { reference } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { sweepRoom } from '../support/sweep.ts';

const lifetimes = () => ({ events: 400 * 86_400 });

function openLog() {
  const lines: string[] = [];
  return { lines, logger: pino({}, { write: (line: string) => void lines.push(line) }) };
}

describe('events', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let events: Events;
  const log = openLog();
  beforeAll(async () => {
    world = await testDatabase();
    events = openEvents({ database: world.database, logger: log.logger, lifetimes });
  });
  afterAll(() => world.drop());

  it('tells what happened under a reference, oldest first, with every fact', async () => {
    const code = reference();
    await events.record({ type: 'oidc.visit_started', outcome: 'ok', reference: code, clientId: 'wiki' });
    const facts = {
      accountId: 'a',
      clientId: 'wiki',
      upstreamId: 'google',
      reason: 'nonce',
      detail: { status: 400, retried: true, step: 'token' },
    };
    await events.record({ type: 'upstreams.answer_refused', outcome: 'failed', reference: code, ...facts });
    await events.record({ type: 'oidc.visit_started', outcome: 'ok', reference: reference() });

    const timeline = await events.explain(code);

    expect(timeline.map((event) => event.type)).toEqual(['oidc.visit_started', 'upstreams.answer_refused']);
    expect(timeline[1]).toMatchObject({ outcome: 'failed', reference: code, ...facts });
    expect(timeline[1]?.at).toBeInstanceOf(Date);
  });

  it('keeps the order of many events of one moment', async () => {
    const code = reference();
    const reasons = Array.from({ length: 30 }, (_, index) => `step ${index}`);
    for (const reason of reasons) await events.record({ type: 'mail.sent', outcome: 'ok', reference: code, reason });
    expect((await events.explain(code)).map((event) => event.reason)).toEqual(reasons);
  });

  it('finds a reference however it was read out', async () => {
    await events.record({ type: 'oidc.visit_started', outcome: 'ok', reference: '01ABC-110XY' });
    for (const typed of ['01ABC-110XY', '01abc-110xy', ' 01abc110xy ', 'OlABC 1IoXY']) {
      expect(await events.explain(typed)).toHaveLength(1);
    }
    expect(await events.explain('')).toEqual([]);
  });

  it('lists the newest events of an account first, and no more than asked for', async () => {
    const about = { type: 'sign_in.completed', outcome: 'ok' } as const;
    for (const reason of ['one', 'two', 'three']) await events.record({ ...about, accountId: 'ada', reason });
    await events.record({ ...about, accountId: 'bob' });
    expect((await events.ofAccount('ada', 2)).map((event) => event.reason)).toEqual(['three', 'two']);
  });

  it('keeps with its device what a person should recognise, and finds that among everything else', async () => {
    const device = () => ({ browser: 'Firefox', os: 'Linux', place: 'Seoul, South Korea' });
    const devices = openEvents({ database: world.database, logger: log.logger, lifetimes, device });
    await devices.record({ type: 'sign_in.completed', outcome: 'ok', accountId: 'cleo', detail: { method: 'pwd' } });
    await devices.record({ type: 'oidc.visit_returned', outcome: 'ok', accountId: 'cleo' });
    await events.record({ type: 'oidc.grant_revoked', outcome: 'ok', accountId: 'cleo' });
    await devices.record({ type: 'sign_in.completed', outcome: 'ok', accountId: 'dan' });
    expect(await devices.activityOf('cleo', 50)).toMatchObject([
      { type: 'oidc.grant_revoked', detail: {} },
      { type: 'sign_in.completed', detail: { ...device(), method: 'pwd' } },
    ]);
    expect(await devices.activityOf('cleo', 1)).toHaveLength(1);
    expect((await events.ofAccount('cleo', 3))[1]?.detail).toEqual({});
  });

  it('keeps an event whose facts a stranger made unstorable', async () => {
    const code = reference();
    const reason = `\0\uD800${'x'.repeat(10_000)}`;
    await events.record({
      type: 'upstreams.answer_refused',
      outcome: 'failed',
      reference: code,
      reason,
      detail: { said: '\0\uDFFF', 'n\0': 1 },
    });
    const [event] = await events.explain(code);
    expect(event?.reason?.length).toBe(300);
    expect(event?.detail).toEqual({ said: '\uFFFD\uFFFD', 'n\uFFFD': 1 });
  });

  it('deletes what is older than 400 days, and nothing else', async () => {
    const code = reference();
    await events.record({ type: 'mail.sent', outcome: 'ok', reference: code });
    const old = new Date(Date.now() - 401 * 86_400_000);
    await world.database.knex('events').where({ reference: code }).update({ at: old });
    const before = await world.database.knex('events').count();
    expect(await sweepRoom(world.database, events)).toBe(1);
    expect(await sweepRoom(world.database, events)).toBe(0);
    expect(await events.explain(code)).toEqual([]);
    const after = await world.database.knex('events').count();
    expect(Number(before[0]?.['count']) - Number(after[0]?.['count'])).toBe(1);
  });

  it('goes on without the database, and leaves the event in the log', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' });
    const { record } = openEvents({ database: away, logger: log.logger, lifetimes });
    await record({ type: 'sign_in.completed', outcome: 'ok', reference: 'AAAAA-BBBBB' });
    expect(log.lines.join('')).toContain('"reference":"AAAAA-BBBBB"');
    expect(log.lines.join('')).toContain('an event was not kept');
    await away.close();
  });
});
