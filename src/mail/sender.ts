import { describeError } from '../kit/errors.ts';
import type { MailDeps } from './deps.ts';
import type { MailTemplate } from './door.ts';
import { sealContext, type Outbox, type OutboxMail } from './outbox.ts';
import { NotSent, type Transport } from './transport.ts';

/** What a sender works with. */
interface SenderDeps extends Pick<MailDeps, 'sealer' | 'render' | 'record' | 'logger'> {
  outbox: Outbox;
  transport: Transport;
}

/** Sends in the background between `start` and `stop`. */
interface Sender {
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

/** One slow server or mailbox must not hold up the others: so many mails are under way at once. */
const LANES = 4;
const POLL_MILLISECONDS = 2000;
/** Longer than any try may take, so that nobody else sends the same mail meanwhile. */
const LEASE = 60;
const MOST_TRIES = 10;

/** Sends what is due: when woken, and every other second for mails that other processes queued or that are tried again. */
export function openSender(deps: SenderDeps): Sender {
  const state = { running: false, wakes: 0 };
  const lanes = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  /** Sends mail after mail until none is due; a wake that came while it looked makes it look again. */
  async function lane(): Promise<void> {
    let seen: number;
    do {
      seen = state.wakes;
      while (state.running && (await sendNext(deps))) await Promise.resolve();
    } while (state.running && seen !== state.wakes);
  }
  function wake(): void {
    if (!state.running) return;
    state.wakes += 1;
    if (lanes.size >= LANES) return;
    const started = lane()
      // The database is away: the mails wait there, and the next poll finds them.
      .catch((cause: unknown) => deps.logger.warn({ error: describeError(cause) }, 'the outbox could not be read'))
      .finally(() => lanes.delete(started));
    lanes.add(started);
  }
  return {
    wake,
    start() {
      if (state.running) return;
      state.running = true;
      timer = setInterval(wake, POLL_MILLISECONDS);
      timer.unref();
      wake();
    },
    async stop() {
      state.running = false;
      clearInterval(timer);
      await Promise.all(lanes);
      deps.transport.close();
    },
  };
}

/** Sends the mail that is due for longest; false when none is. */
async function sendNext(deps: SenderDeps): Promise<boolean> {
  const mail = await deps.outbox.claim(LEASE);
  if (!mail) return false;
  try {
    await send(deps, mail);
  } catch (cause) {
    await postpone(deps, mail, cause);
    return true;
  }
  await deps.outbox.sent(mail.id);
  await deps.record({ ...about(mail), type: 'mail.sent', outcome: 'ok' });
  return true;
}

async function send({ sealer, render, transport }: SenderDeps, mail: OutboxMail): Promise<void> {
  const { id, template, locale, content } = mail;
  // The room wrote the row itself: its template is one of ours, its content what `queue` sealed.
  const { to, values } = JSON.parse(sealer.open(content, sealContext(id))) as {
    to: string;
    values: Record<string, string>;
  };
  const rendered = await render(template as MailTemplate, locale, values);
  await transport.send({ id, to, ...rendered, queuedAt: mail.queued_at });
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
  await outbox.retry(mail.id, reason, Math.min(5 * 2 ** (mail.tries - 1), 3600));
  await record({ ...about(mail), type: 'mail.postponed', outcome: 'failed', reason });
}

function about({ reference, template, tries }: OutboxMail) {
  return { reference: reference ?? undefined, detail: { template, tries } };
}
