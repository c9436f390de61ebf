import { queryAt } from './database.ts';
import { until } from './until.ts';

/** The mails of a Gatehouse in development, read over HTTP as a person would. */
export interface Mailbox {
  /** All that was announced so far, newest first: waits until every mail has gone out, which comes after the answer that tells of it. */
  mails(): Promise<Mail[]>;
  /** The next mailed code for an address: waits for a mail that no call before has read. */
  code(to: string): Promise<string>;
  /** The next mailed link to a path of ours: waits for a mail that no call before has read. */
  link(to: string, path: string): Promise<string>;
}

interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** Opens it; over the database of that Gatehouse it is known what is still to be sent. */
export function openMailbox({ issuer, databaseUrl }: { issuer: string; databaseUrl: string }): Mailbox {
  const readCodes = new Set<string>();
  const readLinks = new Set<string>();
  return {
    async mails() {
      await allSent(databaseUrl);
      return readMailbox(issuer);
    },
    code: (to) => nextIn(issuer, to, readCodes, codeIn),
    link: (to, path) => nextIn(issuer, to, readLinks, (text) => linkIn(text, issuer + path)),
  };
}

async function allSent(databaseUrl: string): Promise<void> {
  const waiting = 'select 1 from mail_outbox where sent_at is null and failed_at is null limit 1';
  await until(async () => (await queryAt(databaseUrl, waiting)).length === 0);
}

async function readMailbox(issuer: string): Promise<Mail[]> {
  const answer = await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } });
  return (await answer.json()) as Mail[];
}

async function nextIn(
  issuer: string,
  to: string,
  read: Set<string>,
  find: (text: string) => string | undefined,
): Promise<string> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const unread = (await readMailbox(issuer)).filter((candidate) => candidate.to === to && !read.has(candidate.id));
    const mail = unread.find(({ text }) => find(text) !== undefined);
    const found = mail && find(mail.text);
    if (mail && found) {
      read.add(mail.id);
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no mail for ${to} has what is looked for`);
}

function linkIn(text: string, start: string): string | undefined {
  return text.split(/\s/).find((word) => word.startsWith(start));
}

/** The code of a mail, as people type it; undefined when it has none. */
export function codeIn(text: string): string | undefined {
  const code = /\b(\d{4}) ?(\d{4})\b/.exec(text);
  return code ? `${code[1]}${code[2]}` : undefined;
}
