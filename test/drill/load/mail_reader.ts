import type { smtpSink } from '../../mail/world.ts';
import { codeIn } from '../../support/mailbox.ts';

/** Reads what arrives at the addresses of the drill. Undefined when it did not arrive in time. */
export interface MailReader {
  /** The next mailed code that no call before has read. */
  code(to: string): Promise<string | undefined>;
  /** The next link that starts so and that no call before has read. */
  link(to: string, start: string): Promise<string | undefined>;
}

/** People give up waiting; a mail that a killed server was sending comes a minute later. */
const PATIENCE = 5000;

/** Over a mail server that keeps what it takes. */
export function createMailReader({ received }: Pick<Awaited<ReturnType<typeof smtpSink>>, 'received'>): MailReader {
  const read = new Set<string>();
  async function next(to: string, find: (text: string) => string | undefined): Promise<string | undefined> {
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      for (const { recipients, parsed } of received) {
        const found = recipients.includes(to) ? find(parsed.text ?? '') : undefined;
        if (found === undefined || read.has(found)) continue;
        read.add(found);
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return undefined;
  }
  return {
    code: (to) => next(to, codeIn),
    link: (to, start) => next(to, (text) => text.split(/\s/).find((word) => word.startsWith(start))),
  };
}
