import { createQueueWorker, secondsUntilRetry, type QueueWorker } from '../database/index.ts';
import { describeError } from '../kit/errors.ts';
import type { MailDeps } from './deps.ts';
import type { Happened, MailTemplate, QueuedMail } from './door.ts';
import { sealContext, type Outbox, type OutboxMail } from './outbox.ts';
import { NotSent, type Transport } from './transport.ts';

/** What a sender works with. */
interface SenderDeps extends Pick<MailDeps, 'sealer' | 'render' | 'record' | 'logger'> {
  outbox: Outbox;
  transport: Transport;
}

/** Longer than any try may take, so that nobody else sends the same mail meanwhile. */
const LEASE = 60;
const MOST_TRIES = 10;

/** Sends what is due, in the background. While the database is away the mails wait there. */
export function openSender(deps: SenderDeps): QueueWorker {
  const worker = createQueueWorker({
    takeNext: () => sendNext(deps),
    unreadable: (cause) => deps.logger.warn({ error: describeError(cause) }, 'the outbox could not be read'),
  });
  return {
    ...worker,
    async stop() {
      await worker.stop();
      deps.transport.close();
    },
  };
}

/** Sends the mail that is due for longest; false when none is. */
async function sendNext(deps: SenderDeps): Promise<boolean> {
  const mail = await deps.outbox.claim(LEASE);
  if (!mail) return false;
  let sent: boolean;
  try {
    sent = await send(deps, mail);
  } catch (cause) {
    await postpone(deps, mail, cause);
    return true;
  }
  await deps.outbox.sent(mail.id);
  await deps.record({ ...about(mail), type: sent ? 'mail.sent' : 'mail.dropped', outcome: 'ok' });
  return true;
}

/** False for a decoy, which nobody gets. */
async function send({ sealer, render, transport }: SenderDeps, mail: OutboxMail): Promise<boolean> {
  const { id, template, locale, content } = mail;
  // The room wrote the row itself: its template is one of ours, its content what `queue` sealed.
  const sealed: unknown = JSON.parse(sealer.open(content, sealContext(id)));
  const { to, values, decoy, ...happened } = sealed as Pick<QueuedMail, 'to' | 'values' | 'decoy'> &
    Omit<Happened, 'at'>;
  const rendered = await render(template as MailTemplate, locale, values, { at: mail.queued_at, ...happened });
  if (decoy) return false;
  await transport.send({ id, to, ...rendered, queuedAt: mail.queued_at });
  return true;
}

/** 5 s, 10 s, 20 s ... up to an hour; then, or when the server will never take it, the mail is given up. */
async function postpone({ outbox, record, logger }: SenderDeps, mail: OutboxMail, cause: unknown): Promise<void> {
  const reason = cause instanceof NotSent ? cause.reason : 'unreadable';
  if (!(cause instanceof NotSent)) {
    logger.error({ template: mail.template, error: describeError(cause) }, 'a mail could not be made');
  }
  if (mail.tries >= MOST_TRIES || (cause instanceof NotSent && cause.permanent)) {
    await outbox.failed(mail.id, reason);
    await record({ ...about(mail), type: 'mail.failed', outcome: 'failed', reason });
    return;
  }
  await outbox.retry(mail.id, reason, secondsUntilRetry(mail.tries));
  await record({ ...about(mail), type: 'mail.postponed', outcome: 'failed', reason });
}

function about({ reference, template, tries }: OutboxMail) {
  return { reference: reference ?? undefined, detail: { template, tries } };
}
