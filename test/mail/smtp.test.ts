import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tryMail, type Sealer } from '../../src/mail/index.ts';
import { testDatabase } from '../support/database.ts';
import { letter, mailRoom, queueAndSend, smtpSink, testSealer } from './world.ts';

describe('a mail server', () => {
  let world: Awaited<ReturnType<typeof testDatabase>>;
  let sealer: Sealer;
  let endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    world = await testDatabase();
    sealer = await testSealer(world.database);
  });
  afterEach(async () => {
    for (const end of endings.toReversed()) await end();
    endings = [];
    await world.database.knex('mail_outbox').delete();
  });
  afterAll(() => world.drop());

  async function server(options: Parameters<typeof smtpSink>[0] = {}) {
    const sink = await smtpSink(options);
    endings.push(sink.close);
    return sink;
  }
  function room(smtp: string, more: { support?: string } = {}) {
    const opened = mailRoom({ database: world.database, sealer, smtp, ...more });
    opened.mail.start();
    endings.push(() => opened.mail.stop());
    return opened;
  }
  const TRUSTED = 'tls.rejectUnauthorized=false';

  it('that offers STARTTLS gets nothing in clear', async () => {
    const { port, received } = await server({ tls: true });
    const { mail, recorded } = room(`smtp://127.0.0.1:${port}?${TRUSTED}`);
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent');
    expect(received).toMatchObject([{ secure: true, recipients: ['ada@example.com'] }]);
  });

  it('whose certificate nobody vouches for gets nothing, and the mail waits until that is mended', async () => {
    const { port, received } = await server({ tls: true });
    const { mail, recorded } = room(`smtp://127.0.0.1:${port}`);
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.postponed');
    expect(received).toEqual([]);
  });

  it('that must have TLS and has none gets nothing', async () => {
    const { port, received } = await server();
    const { mail, recorded } = room(`smtp://127.0.0.1:${port}?requireTLS=true`);
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.postponed');
    expect(received).toEqual([]);
  });

  it('that wants a name and a password gets those of the URL, and a wrong one is no reason to give a mail up', async () => {
    const { port, received } = await server({ tls: true, password: 'let me in' });
    const wrong = room(`smtp://gatehouse:wrong@127.0.0.1:${port}?${TRUSTED}`);
    await queueAndSend(world.database, wrong.mail, letter());
    await wrong.recorded('mail.postponed');
    expect(wrong.log.join('')).not.toContain('wrong');
    expect(await world.database.knex('mail_outbox')).toMatchObject([{ failed_at: null, last_error: 'EAUTH 535' }]);
    await wrong.mail.stop();

    await world.database.knex('mail_outbox').update({ due_at: new Date() });
    const right = room(`smtp://gatehouse:${encodeURIComponent('let me in')}@127.0.0.1:${port}?${TRUSTED}`);
    await right.recorded('mail.sent');
    expect(received).toMatchObject([{ user: 'gatehouse', secure: true }]);
  });

  it('can be tried without a mail, and with one', async () => {
    const { port, received } = await server({ tls: true, password: 'let me in' });
    const at = (password: string) => `smtp://gatehouse:${encodeURIComponent(password)}@127.0.0.1:${port}?${TRUSTED}`;
    const tried = (smtp: string | undefined, to?: string) =>
      tryMail({ from: 'Acme <no-reply@acme.example>', smtp, new_device: true }, to);
    expect(await tried(at('let me in'))).toMatchObject({ ok: true, says: expect.stringContaining('no mail was sent') });
    expect(received).toEqual([]);
    expect(await tried(at('let me in'), 'ops@acme.example')).toMatchObject({ ok: true });
    expect(received).toMatchObject([{ recipients: ['ops@acme.example'] }]);
    expect(await tried(at('wrong'))).toEqual({ ok: false, reason: `127.0.0.1:${port}: EAUTH 535` });
    expect(await tried(undefined)).toMatchObject({ ok: true, says: expect.stringContaining('mailbox') });
  });

  it('that is not there is tried again later', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo; // it listens on TCP
    taken.close();
    const { mail, recorded } = room(`smtp://127.0.0.1:${port}`);
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.postponed');
    expect(await world.database.knex('mail_outbox')).toMatchObject([
      { tries: 1, sent_at: null, failed_at: null, last_error: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  it.each([
    ['an address', 'help@acme.example', [{ name: 'Acme', address: 'help@acme.example' }]],
    ['a page', 'https://acme.example/help', undefined],
  ])('gets mails that are answered to support when that is %s', async (_what, support, replyTo) => {
    const { url, received } = await server();
    const { mail, recorded } = room(url, { support });
    await queueAndSend(world.database, mail, letter());
    await recorded('mail.sent');
    expect(received[0]?.parsed.replyTo).toEqual(replyTo);
    expect(received[0]?.parsed.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    );
  });
});
