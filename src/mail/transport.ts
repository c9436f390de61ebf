import { createTransport } from 'nodemailer';
import { domainOf } from '../kit/addresses.ts';
import type { Sender } from './mail_settings.ts';

/** One rendered mail. */
export interface Letter {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  queuedAt: Date;
}

/** Why a letter could not be handed over: a short code, never the server's sentence, which may quote the address. */
export class NotSent extends Error {
  readonly reason: string;
  /** The server will never take it: trying again is pointless. */
  readonly permanent: boolean;

  constructor(reason: string, permanent: boolean, cause: unknown) {
    super(reason, { cause });
    this.name = 'NotSent';
    this.reason = reason;
    this.permanent = permanent;
  }
}

/** Hands letters over. `send` rejects with NotSent. */
export interface Transport {
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** Seconds after which a letter that is still on its way counts as not sent; well below the outbox's lease. */
const PATIENCE = 45;

/** A line to a server. */
interface SmtpTransport extends Transport {
  /** Connects, says who we are and signs in where that is asked for, and sends nothing. Rejects with NotSent. */
  verify(): Promise<void>;
}

/** Sends through an SMTP server. Every letter has exactly one sender and one recipient, whatever its values hold. */
export function smtpTransport(url: string, { from, replyTo }: { from: Sender; replyTo?: string }): SmtpTransport {
  const transport = createTransport({
    url,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text, html }) {
      const sending = transport.sendMail({
        // The same for every try of a letter, so that a server can drop a second copy.
        messageId: `<${id}@${domainOf(from.address)}>`,
        from: { name: from.name, address: from.address },
        to: { name: '', address: to },
        replyTo: replyTo === undefined ? undefined : { name: from.name, address: replyTo },
        subject: oneLine(subject),
        text,
        html,
        // RFC 3834: no vacation answers, please.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      try {
        await within(PATIENCE, sending);
      } catch (cause) {
        throw notSent(cause);
      }
    },
    async verify() {
      try {
        await within(PATIENCE, transport.verify());
      } catch (cause) {
        throw notSent(cause);
      }
    },
    close: () => transport.close(),
  };
}

/** A header is one line: a line break in it would start the next header. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]+/gu, ' ').trim();
}

async function within(seconds: number, sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), seconds * 1000);
  });
  try {
    await Promise.race([sending, patience]);
  } finally {
    clearTimeout(timer);
  }
}

function notSent(cause: unknown): NotSent {
  const { code, originalCode, responseCode } = cause as Partial<Record<string, unknown>>;
  const reason = [code, originalCode, responseCode]
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .join(' ');
  // RFC 5321 4.2.1: 5yz for the envelope is about this recipient; 5yz for the login is about us, and may be mended.
  const permanent = code === 'EENVELOPE' && typeof responseCode === 'number' && responseCode >= 500;
  return new NotSent(reason || 'unknown', permanent, cause);
}
