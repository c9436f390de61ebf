import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openDatabase } from '../../src/database/index.ts';
import { openEvents, type Events } from '../../src/events/index.ts';
import { reference } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';

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
    events = openEvents({ database: world.database, logger: log.logger });
  });
  afterAll(() => world.drop());

  it('tells what happened under a reference, oldest first, with every fact', async () => {
    const code = reference();
    await events.record({ type: 'visit.started', outcome: 'ok', reference: code, clientId: 'wiki' });
    const facts = {
      accountId: 'a',
      clientId: 'wiki',
      upstreamId: 'google',
      reason: 'nonce',
      detail: { status: 400, retried: true, step: 'token' },
    };
    await events.record({ type: 'upstream.failed', outcome: 'failed', reference: code, ...facts });
    await events.record({ type: 'visit.started', outcome: 'ok', reference: reference() });

    const timeline = await events.explain(code);

    expect(timeline.map((event) => event.type)).toEqual(['visit.started', 'upstream.failed']);
    expect(timeline[1]).toMatchObject({ outcome: 'failed', reference: code, ...facts });
    expect(timeline[1]?.at).toBeInstanceOf(Date);
  });

  it('keeps the order of many events of one moment', async () => {
    const code = reference();
    for (let index = 0; index < 30; index += 1)
      await events.record({ type: `step.${index}`, outcome: 'ok', reference: code });
    const types = (await events.explain(code)).map((event) => event.type);
    expect(types).toEqual(Array.from({ length: 30 }, (_, index) => `step.${index}`));
  });

  it('finds a reference however it was read out', async () => {
    await events.record({ type: 'visit.started', outcome: 'ok', reference: '01ABC-110XY' });
    for (const typed of ['01ABC-110XY', '01abc-110xy', ' 01abc110xy ', 'OlABC 1IoXY']) {
      expect(await events.explain(typed)).toHaveLength(1);
    }
    expect(await events.explain('')).toEqual([]);
  });

  it('lists the newest events of an account first, and no more than asked for', async () => {
    for (const type of ['one', 'two', 'three']) await events.record({ type, outcome: 'ok', accountId: 'ada' });
    await events.record({ type: 'other', outcome: 'ok', accountId: 'bob' });
    expect((await events.ofAccount('ada', 2)).map((event) => event.type)).toEqual(['three', 'two']);
  });

  it('keeps an event whose facts a stranger made unstorable', async () => {
    const code = reference();
    const reason = `\0\uD800${'x'.repeat(10_000)}`;
    await events.record({
      type: 'upstream.failed',
      outcome: 'failed',
      reference: code,
      reason,
      detail: { said: '\0\uDFFF', 'n\0': 1 },
    });
    const [event] = await events.explain(code);
    expect(event?.reason?.length).toBe(300);
    expect(event?.detail).toEqual({ said: '\uFFFD\uFFFD', 'n\uFFFD': 1 });
  });

  it('goes on without the database, and leaves the event in the log', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' });
    const { record } = openEvents({ database: away, logger: log.logger });
    await record({ type: 'sign_in.completed', outcome: 'ok', reference: 'AAAAA-BBBBB' });
    expect(log.lines.join('')).toContain('"reference":"AAAAA-BBBBB"');
    expect(log.lines.join('')).toContain('an event was not kept');
    await away.close();
  });
});
