import type { Knex } from 'knex';
import { parseAddress } from '../kit/addresses.ts';
import { inSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { MailDeps } from './deps.ts';
import type { Mail, MailLook, QueuedMail, RenderMail } from './door.ts';
import { parseSender } from './mail_settings.ts';
import { memoryMailbox } from './mailbox.ts';
import { newMailId, postgresOutbox, sealContext, type Outbox } from './outbox.ts';
import { openSender } from './sender.ts';
import { smtpTransport, type Transport } from './transport.ts';

/** How long a mail that is done can be looked up; what it said is gone already. */
const KEPT_SECONDS = 30 * 86_400;

/** Opens the outbox and its sender. Throws when mails could neither be sent nor kept for a developer. */
export function openMail(deps: MailDeps): Mail {
  const { database, sealer, record, logger, development } = deps;
  const mailbox = memoryMailbox();
  const outbox = postgresOutbox(database);
  const open = ({ settings, render, support = '' }: MailLook) => {
    const from = parseSender(settings.from);
    if (!from) throw new Error('mail.from is no sender');
    if (settings.smtp === undefined && !development) throw new Error('mail.smtp is missing');
    if (settings.smtp === undefined) return { render, transport: mailbox };
    return { render, transport: smtpTransport(settings.smtp, { from, replyTo: parseAddress(support)?.stored }) };
  };
  let live: { render: RenderMail; transport: Transport } = open(deps);
  const transport: Transport = { send: (letter) => live.transport.send(letter), close: () => live.transport.close() };
  const render: RenderMail = (...mail) => live.render(...mail);
  const sender = openSender({ outbox, sealer, render, transport, record, logger });
  return {
    queue: (within, mail) => queue({ outbox, sealer, device: deps.device }, within, mail),
    wake: () => sender.wake(),
    mailbox: () => mailbox.mails(),
    start: () => sender.start(),
    stop: () => sender.stop(),
    sweeps: ['sent_at', 'failed_at'].map((column) => ({
      table: 'mail_outbox',
      column,
      before: () => inSeconds(-KEPT_SECONDS),
    })),
    prepare(next) {
      const opened = open(next);
      // A mail that is on its way stays with the transport that it began with.
      return () => void (live = opened);
    },
  };
}

async function queue(
  { outbox, sealer, device }: Pick<MailDeps, 'sealer' | 'device'> & { outbox: Outbox },
  within: Knex,
  mail: QueuedMail,
): Promise<void> {
  const { to, template, locale, values, reference, timeZone, decoy } = mail;
  // Addresses were parsed when they came in; a second recipient must not slip in by any other way.
  if (parseAddress(to)?.stored !== to) throw new IdpError('internal', { cause: new Error('a mail to no address') });
  const id = newMailId();
  const content = sealer.seal(JSON.stringify({ to, values, decoy, timeZone, device: device?.() }), sealContext(id));
  await outbox.add({ id, template, locale, content, reference }, within);
}
