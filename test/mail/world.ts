import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { pino } from 'pino';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Database } from '../../src/database/index.ts';
import { openKeys, type Sealer } from '../../src/keys/index.ts';
import { keySchedule } from '../support/key_schedule.ts';
import {
  mailSettings,
  openMail,
  type Mail,
  type QueuedMail,
  type RecordMailEvent,
  type RenderMail,
} from '../../src/mail/index.ts';

export interface ReceivedMail {
  from: string;
  recipients: string[];
  raw: string;
  parsed: Email;
  /** Whether it came through TLS, and who had signed in. */
  secure: boolean;
  user?: string;
}

type Verdict = { code: number; text: string } | undefined;

/**
 * A mail server on 127.0.0.1 that keeps what it takes; `judge` may refuse a recipient, `gate` may hold a mail back. It has a
 * certificate of its own making with `tls`, and lets nobody send without this password with `password`.
 */
export async function smtpSink({ tls, password }: { tls?: boolean; password?: string } = {}) {
  const received: ReceivedMail[] = [];
  const sink = { judge: (_recipient: string): Verdict => undefined, gate: async (): Promise<void> => {}, arrived: 0 };
  const server = new SMTPServer({
    logger: false, // its own certificate is meant for tests
    authOptional: password === undefined,
    allowInsecureAuth: false,
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(password === undefined ? ['AUTH'] : [])],
    onAuth(given, _session, callback) {
      if (given.password === password) return callback(null, { user: given.username });
      callback(Object.assign(new Error('no'), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, callback) {
      const verdict = sink.judge(address);
      callback(verdict && Object.assign(new Error(verdict.text), { responseCode: verdict.code }));
    },
    onData(stream, session, callback) {
      const { envelope } = session;
      const take = async () => {
        const raw = Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>)).toString('utf8');
        sink.arrived += 1;
        await sink.gate();
        const parsed = await PostalMime.parse(raw);
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const recipients = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, recipients, raw, parsed, secure: session.secure, user: session.user });
      };
      // A sender that is killed in the middle of a mail has sent none.
      callbackify(take)(callback);
    },
  });
  // Of senders that are killed in the middle: without a listener they would end this process.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    sink,
    received,
    url: `smtp://127.0.0.1:${port}`,
    port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Puts the values where a template would, in each of the three parts. */
export const render: RenderMail = (template, locale, values) => {
  const said = Object.values(values).join(' ');
  return { subject: `${template} ${locale} ${said}`, text: `text ${said}`, html: `<p>html ${said}</p>` };
};

export async function testSealer(database: Database): Promise<Sealer> {
  return (
    await openKeys({ database, encryptionKeys: [randomBytes(32)], schedule: keySchedule, record: async () => {} })
  ).sealer;
}

/** A mail room over the database with what it recorded and logged. */
export function mailRoom(options: {
  database: Database;
  sealer: Sealer;
  smtp?: string;
  render?: RenderMail;
  from?: string;
  support?: string;
}) {
  const events: Parameters<RecordMailEvent>[0][] = [];
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const mail = openMail({
    database: options.database,
    sealer: options.sealer,
    settings: mailSettings.parse({ from: options.from ?? 'Acme <no-reply@acme.example>', smtp: options.smtp }),
    render: options.render ?? render,
    logger: pino({}, { write: (line: string) => void log.push(line) }),
    development: options.smtp === undefined,
    support: options.support,
    async record(event) {
      events.push(event);
      for (const look of waiting.splice(0)) look();
    },
  });
  /** Resolves once so many events of the types were recorded. */
  async function recorded(types: string | string[], count = 1): Promise<void> {
    while (events.filter(({ type }) => [types].flat().includes(type)).length < count) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  return { mail, events, log, recorded };
}

export function letter(changes: Partial<QueuedMail> = {}): QueuedMail {
  return { to: 'ada@example.com', template: 'verify-email', locale: 'en', values: { code: '12345678' }, ...changes };
}

export async function queueAndSend(database: Database, mail: Mail, queued: QueuedMail): Promise<void> {
  await mail.queue(database.knex, queued);
  mail.wake();
}
