import { now } from '../kit/clock.ts';
import { crockford } from '../kit/random.ts';
import { parseSender, type MailSettings } from './mail_settings.ts';
import { NotSent, smtpTransport } from './transport.ts';

/** What came of asking the mail server. `reason` is a code, never its own sentence, which may quote an address. */
export type MailTried = { ok: true; says: string } | { ok: false; reason: string };

/** Connects to the configured server as the sender would; with `to` one letter goes there. */
export async function tryMail({ smtp, from }: MailSettings, to?: string): Promise<MailTried> {
  const sender = parseSender(from);
  if (smtp === undefined || !sender)
    return { ok: true, says: 'no server: mails stay in the mailbox of development mode' };
  const transport = smtpTransport(smtp, { from: sender });
  const host = URL.parse(smtp)?.host ?? 'the server';
  try {
    await transport.verify();
    if (to === undefined) return { ok: true, says: `${host} answers and takes our name; no mail was sent` };
    await transport.send({ id: crockford(12), to, queuedAt: now(), ...letter });
    return { ok: true, says: `${host} took a mail to the given address` };
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    return { ok: false, reason: `${host}: ${error.reason}` };
  } finally {
    transport.close();
  }
}

const sentence = 'This mail shows that mails of Gatehouse arrive. Nobody has to do anything.';
const letter = { subject: 'A mail of the Gatehouse doctor', text: `${sentence}\n`, html: `<p>${sentence}</p>\n` };
