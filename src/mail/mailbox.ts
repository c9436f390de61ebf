import type { TakenMail } from './door.ts';
import type { Letter, Transport } from './transport.ts';

const CAPACITY = 100;

/** A transport that keeps the last hundred mails in memory, newest first, and sends none. */
export function memoryMailbox(): Transport & { mails(): TakenMail[] } {
  let mails: TakenMail[] = [];
  return {
    async send({ id, to, subject, text, html, queuedAt }: Letter) {
      // Several mails are under way at once: whichever comes first, the newest is on top.
      const taken = [{ id, to, subject, text, html, at: queuedAt }, ...mails];
      mails = taken.toSorted((left, right) => right.at.getTime() - left.at.getTime()).slice(0, CAPACITY);
    },
    mails: () => [...mails],
    close() {},
  };
}
