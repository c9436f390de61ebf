import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import { parseAddress } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';
import { parseSender, type MailSettings } from './mail_settings.ts';
import { memoryMailbox, type TakenMail } from './mailbox.ts';
import { newMailId, postgresOutbox, type Outbox } from './outbox.ts';
import { sealContext, type QueuedMail, type RecordMailEvent, type RenderMail, type Sealer } from './queued_mail.ts';
import { openSender } from './sender.ts';
import { smtpTransport } from './transport.ts';

export interface Mail {
  /** Queues a mail in this transaction: it is sent if the transaction commits, and never otherwise. */
  queue(within: Knex, mail: QueuedMail): Promise<void>;
  /** Says that something was committed; without it the mail goes out within a second or two. */
  wake(): void;
  /** The development mailbox, newest first; empty when mails are really sent. */
  mailbox(): TakenMail[];
  start(): void;
  /** Resolves when the mails in flight are out. What is queued later waits for the next start. */
  stop(): Promise<void>;
}

export interface MailDeps {
  database: Database;
  settings: MailSettings;
  sealer: Sealer;
  render: RenderMail;
  record: RecordMailEvent;
  logger: Logger;
  development: boolean;
}

/** Opens the outbox and its sender. Throws when mails could neither be sent nor kept for a developer. */
export function openMail({ database, settings, sealer, render, record, logger, development }: MailDeps): Mail {
  const from = parseSender(settings.from);
  if (!from) throw new Error('mail.from is no sender');
  if (settings.smtp === undefined && !development) throw new Error('mail.smtp is missing');
  const mailbox = memoryMailbox();
  const outbox = postgresOutbox(database.knex);
  const transport = settings.smtp === undefined ? mailbox : smtpTransport(settings.smtp, from);
  const sender = openSender({ outbox, sealer, render, transport, record, logger });
  return {
    queue: (within, mail) => queue({ outbox, sealer }, within, mail),
    wake: () => sender.wake(),
    mailbox: () => mailbox.mails(),
    start: () => sender.start(),
    stop: () => sender.stop(),
  };
}

async function queue(
  { outbox, sealer }: { outbox: Outbox; sealer: Sealer },
  within: Knex,
  mail: QueuedMail,
): Promise<void> {
  const { to, template, locale, values, reference } = mail;
  // Addresses were parsed when they came in; a second recipient must not slip in by any other way (security.md E2).
  if (parseAddress(to)?.stored !== to) throw new IdpError('internal', { cause: new Error('a mail to no address') });
  const id = newMailId();
  const content = sealer.seal(JSON.stringify({ to, values }), sealContext(id));
  await outbox.add({ id, template, locale, content, reference }, within);
}
