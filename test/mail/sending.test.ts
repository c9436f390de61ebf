import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/index.ts';
import { mailSettings, type Sealer } from '../../src/mail/index.ts';
import { testDatabase } from '../support/database.ts';
import { sweepRoom } from '../support/sweep.ts';
import { letter, mailRoom, render, queueAndSend, smtpSink, testSealer } from './world.ts';

describe('sending mail', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let smtp: Awaited<ReturnType<typeof smtpSink>>;
  let sealer: Sealer;
  let opened: ReturnType<typeof mailRoom>[] = [];
  const rows = () => world.database.knex('mail_outbox').orderBy('created_at');
  function open(options: Partial<Parameters<typeof mailRoom>[0]> = {}) {
    const room = mailRoom({ database: world.database, sealer, smtp: smtp.url, ...options });
    opened.push(room);
    room.mail.start();
    return room;
  }
  beforeAll(async () => {
    world = await testDatabase();
    sealer = await testSealer(world.database);
  });
  beforeEach(async () => {
    smtp = await smtpSink();
  });
  afterEach(async () => {
    for (const { mail } of opened) await mail.stop();
    opened = [];
    await smtp.close();
    await world.database.knex('mail_outbox').delete();
  });
  afterAll(() => world.drop());

  it('goes by other settings from the moment on that they count, and by none that cannot be', async () => {
    const other = await smtpSink();
    const { mail, recorded } = open();
    const settings = mailSettings.parse({ from: 'Globex <no-reply@globex.example>', smtp: other.url });
    const commit = mail.prepare({ settings, render });
    expect(() => mail.prepare({ settings: mailSettings.parse({}), render })).toThrow('mail.smtp is missing');
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent');
    commit();
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent', 2);
    expect([smtp.received, other.received].map((got) => got.map(({ from }) => from))).toEqual([
      ['no-reply@acme.example'],
      ['no-reply@globex.example'],
    ]);
    await other.close();
  });

  it('sends text and HTML from one sender to one recipient, and drops what it said', async () => {
    const { mail, events, recorded } = open();
    await queueAndSend(world.database, mail, letter({ reference: 'AAAAA-BBBBB' }));
    await recorded('mail.sent');

    const [got] = smtp.received;
    expect(got).toMatchObject({ from: 'no-reply@acme.example', recipients: ['ada@example.com'] });
    expect(got?.parsed).toMatchObject({
      subject: 'verify-email en 12345678',
      from: { name: 'Acme', address: 'no-reply@acme.example' },
    });
    expect(got?.parsed.to).toEqual([{ name: '', address: 'ada@example.com' }]);
    expect(got?.parsed.text?.trim()).toBe('text 12345678');
    expect(got?.parsed.html?.trim()).toBe('<p>html 12345678</p>');
    expect(got?.raw).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(got?.raw).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(await rows()).toMatchObject([{ content: null, tries: 1, failed_at: null, sent_at: expect.any(Date) }]);
    expect(events).toEqual([
      { type: 'mail.sent', outcome: 'ok', reference: 'AAAAA-BBBBB', detail: { template: 'verify-email', tries: 1 } },
    ]);
  });

  it('keeps neither recipient nor code readable while a mail waits', async () => {
    const { mail } = mailRoom({ database: world.database, sealer, smtp: smtp.url });
    await mail.queue(world.database.knex, letter());
    expect(JSON.stringify(await rows())).not.toMatch(/ada@|example\.com|12345678/);
  });

  it.each([
    ['a line break and a header', 'x\r\nBcc: eve@evil.example\r\n\r\nbody'],
    ['bare line feeds', 'x\nTo: eve@evil.example\nSubject: other'],
    ['other line ends', 'x\u2028Bcc: eve@evil.example\u0085Cc: eve@evil.example\vX: y'],
    ['an encoded word', '=?utf-8?Q?x=0D=0ABcc:_eve@evil.example?='],
    ['a NUL', 'x\0Bcc: eve@evil.example'],
  ])('keeps %s inside the one subject', async (_what, name) => {
    const { mail, recorded } = open();
    await queueAndSend(world.database, mail, letter({ values: { name } }));
    await recorded('mail.sent');

    expect(smtp.received[0]?.recipients).toEqual(['ada@example.com']);
    const headers = smtp.received[0]?.parsed.headers.map(({ key }) => key) ?? [];
    for (const once of ['from', 'to', 'subject']) expect(headers.filter((key) => key === once)).toEqual([once]);
    expect(headers.filter((key) => ['bcc', 'cc', 'x'].includes(key))).toEqual([]);
  });

  it.each([
    'ada@example.com, eve@evil.example',
    'ada@example.com\r\nRCPT TO:<eve@evil.example>',
    'Ada <ada@example.com>',
    'ada',
    'ADA@EXAMPLE.com ',
  ])('queues nothing for %p, which is not one parsed address', async (to) => {
    const { mail } = mailRoom({ database: world.database, sealer, smtp: smtp.url });
    await expect(mail.queue(world.database.knex, letter({ to }))).rejects.toMatchObject({ code: 'internal' });
    expect(await rows()).toEqual([]);
  });

  it('keeps the sender what the config says, in any script', async () => {
    const { mail, recorded } = open({ from: '"아크메 (주)" <no-reply@acme.example>' });
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent');
    expect(smtp.received[0]?.parsed.from).toEqual({ name: '아크메 (주)', address: 'no-reply@acme.example' });
  });

  it('sends nothing of a transaction that was rolled back', async () => {
    const { mail, recorded } = open();
    const failing = world.database.knex.transaction(async (transaction) => {
      await mail.queue(transaction, letter({ to: 'lost@example.com' }));
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent');
    expect(smtp.received.map(({ recipients }) => recipients)).toEqual([['ada@example.com']]);
  });

  it('sends each of many mails once, with two processes at it', async () => {
    const second = openDatabase({ url: world.url }, { poolSize: 5 });
    const rooms = [open(), open({ database: second })];
    const recipients = Array.from({ length: 40 }, (_, index) => `person${index}@example.com`);
    for (const to of recipients) await rooms[0]?.mail.queue(world.database.knex, letter({ to }));
    for (const { mail } of rooms) mail.wake();
    const sent = () => rooms.flatMap(({ events }) => events).length;
    while (sent() < 40)
      await Promise.race(rooms.map(({ recorded, events }) => recorded('mail.sent', events.length + 1)));
    expect(smtp.received.flatMap((got) => got.recipients).toSorted()).toEqual(recipients.toSorted());
    for (const { mail } of rooms) await mail.stop();
    await second.close();
  });

  it('tries a mail again later when the server is busy, and keeps its words sealed until then', async () => {
    smtp.sink.judge = () => ({ code: 450, text: 'greylisted ada@example.com' });
    const { mail, recorded, log } = open();
    const before = Date.now();
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.postponed');

    const [row] = await rows();
    expect(row).toMatchObject({ tries: 1, sent_at: null, failed_at: null, last_error: 'EENVELOPE 450' });
    expect(row.content).not.toBeNull();
    expect(row.due_at.getTime() - before).toBeGreaterThan(4000);
    expect(row.due_at.getTime() - Date.now()).toBeLessThan(6000);
    expect(log.join('')).not.toContain('ada@example.com');

    smtp.sink.judge = () => undefined;
    await world.database.knex('mail_outbox').update({ due_at: new Date() });
    mail.wake();
    await recorded('mail.sent');
    expect(smtp.received).toHaveLength(1);
  });

  it('waits twice as long each time, an hour at most, and gives up after ten tries', async () => {
    smtp.sink.judge = () => ({ code: 451, text: 'not now' });
    const { mail, recorded, events } = open();
    await mail.queue(world.database.knex, letter());
    const waits: number[] = [];
    for (let times = 1; times <= 10; times += 1) {
      // It is due from the start: to say so again could make two tries of the first.
      if (times > 1) await world.database.knex('mail_outbox').update({ due_at: new Date() });
      mail.wake();
      await recorded(times < 10 ? 'mail.postponed' : 'mail.failed', times < 10 ? times : 1);
      const [row] = await rows();
      waits.push(Math.round((row.due_at.getTime() - Date.now()) / 1000));
    }
    expect(waits.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280]);
    expect(await rows()).toMatchObject([{ tries: 10, content: null, failed_at: expect.any(Date) }]);
    expect(events.at(-1)).toMatchObject({ type: 'mail.failed', outcome: 'failed', reason: 'EENVELOPE 451' });
  });

  it('gives a mail up at once when the mailbox does not exist', async () => {
    smtp.sink.judge = (recipient) =>
      recipient.startsWith('nobody') ? { code: 550, text: 'no such mailbox' } : undefined;
    const { mail, recorded } = open();
    await mail.queue(world.database.knex, letter({ to: 'nobody@example.com' }));
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.failed');
    await recorded('mail.sent');
    expect(smtp.received.map(({ recipients }) => recipients)).toEqual([['ada@example.com']]);
  });

  it('does not let one slow mail hold up the next', async () => {
    const { promise, resolve: open_ } = Promise.withResolvers<void>();
    smtp.sink.gate = async () => (smtp.sink.arrived === 1 ? promise : undefined);
    const { mail, recorded } = open();
    await queueAndSend(world.database, mail, letter({ to: 'slow@example.com' }));
    while (smtp.sink.arrived < 1) await new Promise((resolve) => setImmediate(resolve));
    await queueAndSend(world.database, mail, letter({ to: 'next@example.com' }));
    while (smtp.sink.arrived < 2) await new Promise((resolve) => setImmediate(resolve));
    await recorded('mail.sent', 1);
    expect(smtp.received.map(({ recipients }) => recipients)).toEqual([['next@example.com']]);
    open_();
    await recorded('mail.sent', 2);
  });

  it('stops only when the mail in flight is out', async () => {
    const { promise, resolve: open_ } = Promise.withResolvers<void>();
    smtp.sink.gate = () => promise;
    const { mail } = open();
    await queueAndSend(world.database, mail, letter());
    while (smtp.sink.arrived < 1) await new Promise((resolve) => setImmediate(resolve));
    const stopped = mail.stop();
    open_();
    await stopped;
    expect(await rows()).toMatchObject([{ sent_at: expect.any(Date), content: null }]);
  });

  it('keeps a mail that cannot be made, without its values in the log', async () => {
    const broken = () => {
      throw new Error('a text is missing');
    };
    const { mail, recorded, log } = open({ render: broken });
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.postponed');
    expect(await rows()).toMatchObject([{ last_error: 'unreadable', content: expect.any(String) }]);
    expect(log.join('')).toContain('a text is missing');
    expect(log.join('')).not.toMatch(/12345678|ada@/);
  });

  it('forgets a mail a month after it was sent or given up, and keeps one that waits', async () => {
    const { mail } = mailRoom({ database: world.database, sealer, smtp: smtp.url });
    for (const name of ['sent', 'failed', 'waiting', 'new'])
      await mail.queue(world.database.knex, letter({ to: `${name}@example.com`, reference: name }));
    const old = new Date(Date.now() - 31 * 86_400_000);
    const update = (name: string, changes: object) =>
      world.database.knex('mail_outbox').where({ reference: name }).update(changes);
    await update('sent', { sent_at: old });
    await update('failed', { failed_at: old });
    await update('waiting', { created_at: old });
    await update('new', { sent_at: new Date() });
    expect(await sweepRoom(world.database, mail)).toBe(2);
    expect(await sweepRoom(world.database, mail)).toBe(0);
    expect((await rows()).map(({ reference }) => reference)).toEqual(['waiting', 'new']);
  });

  it('does not send a mail whose sealed part was moved to another row', async () => {
    const { mail } = mailRoom({ database: world.database, sealer, smtp: smtp.url });
    await mail.queue(world.database.knex, letter({ to: 'one@example.com' }));
    await mail.queue(world.database.knex, letter({ to: 'two@example.com' }));
    const [first, second] = await rows();
    await world.database.knex('mail_outbox').where({ id: first.id }).update({ content: second.content });
    const { recorded } = open();
    await recorded('mail.postponed');
    await recorded('mail.sent');
    expect(smtp.received.map(({ recipients }) => recipients)).toEqual([['two@example.com']]);
  });
});
