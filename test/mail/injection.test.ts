import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brandSettings, createMailViews } from '../../src/web/index.ts';
import { en } from '../../src/locales/en.ts';
import { locales } from '../../src/locales/index.ts';
import { testDatabase } from '../support/database.ts';
import { letter, mailRoom, queueAndSend, smtpSink, testSealer } from './world.ts';

const views = join(import.meta.dirname, '../../views/mail');
const templates = readdirSync(views)
  .filter((file) => file.endsWith('.pug') && !['layout.pug', 'blocks.pug'].includes(file))
  .map((file) => file.replace('.pug', ''));

/** What a view asks for, so that a value that is added to one is tried here as well. */
function valuesOf(view: string): string[] {
  const used = readFileSync(join(views, `${view}.pug`), 'utf8').matchAll(/values\.(\w+)/g);
  const { subject } = en.mail[view as keyof typeof en.mail] as { subject: string }; // a view has its texts under its name
  const inSubject = [...subject.matchAll(/\{(\w+)/g)].filter(([, name]) => name !== 'brand');
  return [...new Set([...used, ...inSubject].map(([, name]) => name ?? ''))];
}

/** What rooms make themselves: a path of ours, digits, a time, and what a text writes out in a format of its own. */
const OURS: Record<string, string> = {
  link: '/x?token=y',
  code: '12345678',
  until: '2026-12-05T14:32:08.000Z',
  ...Object.fromEntries(
    [...JSON.stringify(en.mail).matchAll(/\{(\w+):(\w+)\}/g)].map(([, name = '', format]) => [
      name,
      format === 'day' ? '2026-11-21T14:32:08Z' : '10',
    ]),
  ),
};

const EVIL = [
  'x\r\nBcc: eve@evil.example\r\n\r\nbody',
  'x\nTo: eve@evil.example\nSubject: other',
  'x\u2028Bcc: eve@evil.example\u0085Cc: eve@evil.example\vX: y',
  '=?utf-8?Q?x=0D=0ABcc:_eve@evil.example?=',
  'x\0Bcc: eve@evil.example',
  '<img src="https://evil.example/x"><a href="https://evil.example">here</a>',
];

const cases = templates.flatMap((view) =>
  valuesOf(view)
    .filter((name) => !Object.hasOwn(OURS, name))
    .map((name) => [view, name] as const),
);

describe('the mails', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let smtp: Awaited<ReturnType<typeof smtpSink>>;
  let room: ReturnType<typeof mailRoom>;
  let sent = 0;
  const brand = brandSettings.parse({ name: 'Acme', support: 'help@acme.example' });
  const render = createMailViews({ issuer: 'https://id.acme.example', brand, development: false });

  beforeAll(async () => {
    world = await testDatabase();
    smtp = await smtpSink();
    const sealer = await testSealer(world.database);
    room = mailRoom({ database: world.database, sealer, smtp: smtp.url, render, support: brand.support });
    room.mail.start();
  });
  afterAll(async () => {
    await room.mail.stop();
    await smtp.close();
    await world.drop();
  });

  async function send(view: string, values: Record<string, string>, locale: 'en' | 'ko') {
    const template = view.replaceAll('_', '-') as 'verify-email'; // the name of a view is that of a template
    // Says at once what is missing; the sender would try again later.
    await render(template, locale, values, { at: new Date() });
    smtp.received.length = 0;
    sent += 1;
    await queueAndSend(world.database, room.mail, letter({ template, values, locale }));
    await room.recorded('mail.sent', sent);
    const [mail] = smtp.received;
    if (!mail) throw new Error('no mail came');
    return mail;
  }

  it('are all here, and some say what strangers can say', () => {
    expect(templates.length).toBeGreaterThan(4);
    expect(cases.length).toBeGreaterThan(3);
  });

  it.each(cases)('%s keeps whatever stands in %s inside of one mail to one person (E2, E3)', async (view, name) => {
    const others = Object.fromEntries(valuesOf(view).map((other) => [other, OURS[other] ?? 'plain']));
    for (const [at, evil] of EVIL.entries()) {
      const { tag } = locales[at % locales.length] ?? { tag: 'en' as const };
      const mail = await send(view, { ...others, [name]: evil }, tag);
      expect([mail.from, mail.recipients]).toEqual(['no-reply@acme.example', ['ada@example.com']]);
      const headers = mail.parsed.headers.map(({ key }) => key);
      for (const once of ['from', 'to', 'subject', 'reply-to', 'message-id']) {
        expect(headers.filter((key) => key === once)).toEqual([once]);
      }
      expect(headers.filter((key) => ['bcc', 'cc', 'x'].includes(key))).toEqual([]);
      expect(mail.parsed.html).not.toMatch(/<img|evil\.example">/);
    }
  });
});
