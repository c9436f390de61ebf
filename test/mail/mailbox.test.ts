import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { mailSettings, openMail, type Sealer } from '../../src/mail/index.ts';
import { testDatabase } from '../support/database.ts';
import { letter, mailRoom, queueAndSend, render, testSealer } from './world.ts';

describe('the development mailbox', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let sealer: Sealer;
  beforeAll(async () => {
    world = await testDatabase();
    sealer = await testSealer(world.database);
  });
  afterAll(() => world.drop());

  it('takes the newest hundred mails, newest first', async () => {
    const { mail, recorded } = mailRoom({ database: world.database, sealer });
    mail.start();
    for (let index = 0; index < 103; index += 1) {
      await queueAndSend(world.database, mail, letter({ values: { code: String(index) } }));
      await recorded('mail.sent', index + 1);
    }
    await mail.stop();
    const taken = mail.mailbox();
    expect(taken).toHaveLength(100);
    expect(taken[0]).toMatchObject({
      to: 'ada@example.com',
      subject: 'verify-email en 102',
      text: 'text 102',
      html: '<p>html 102</p>',
    });
    expect(taken.at(-1)?.text).toBe('text 3');
    expect(taken[0]?.at).toBeInstanceOf(Date);
  });

  it('does not exist without development mode: such a start is refused', () => {
    const deps = {
      database: world.database,
      sealer,
      render,
      record: async () => {},
      logger: pino({ level: 'silent' }),
    };
    expect(() => openMail({ ...deps, settings: mailSettings.parse({}), development: false })).toThrow(
      'mail.smtp is missing',
    );
  });
});

describe('mailSettings', () => {
  it.each([
    'Acme <no-reply@acme.example>',
    '"Acme, Inc." <no-reply@acme.example>',
    'no-reply@acme.example',
    '<no-reply@acme.example>',
  ])('takes %p for a sender', (from) => {
    expect(mailSettings.safeParse({ from }).success).toBe(true);
  });

  it.each(['Acme', 'a@x.example, b@x.example', 'Acme <a@x.example> <b@x.example>', 'Acme\r\nBcc: x <a@x.example>', ''])(
    'refuses %p as a sender',
    (from) => {
      expect(mailSettings.safeParse({ from }).success).toBe(false);
    },
  );

  it('takes an SMTP URL and no other', () => {
    expect(mailSettings.safeParse({ smtp: 'smtps://user:secret@mail.acme.example:465' }).success).toBe(true);
    expect(mailSettings.safeParse({ smtp: 'https://mail.acme.example' }).success).toBe(false);
    expect(mailSettings.safeParse({ smtp: 'mail.acme.example' }).success).toBe(false);
  });
});
