import cluster from 'node:cluster';
import type { ToPrimary, ToSibling } from './messages.ts';

/** One of several processes, as it sees the others. */
interface Siblings {
  /** Says that this one serves. */
  serving(): void;
  /** What every process that serves tells of itself, this one among them; who does not answer in time is left out. */
  askAll(): Promise<object[]>;
}

/** Whether this is one of several processes, which a primary has started. */
export const isSibling: boolean = cluster.isWorker;

/** Joins the others. `tell` is what this process tells of itself. */
export function joinSiblings(tell: () => Promise<object>): Siblings {
  const asked = new Map<number, (all: object[]) => void>();
  let questions = 0;
  const say = (message: ToPrimary) => {
    // The primary may be gone in this very moment: then there is nobody to say it to, and we finish what is under way.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  };
  const hear = (message: ToSibling) => {
    if (message.say === 'tell') {
      const { question } = message;
      // What cannot be told is not waited for.
      void tell().then(
        (answer) => say({ say: 'answer', question, answer }),
        () => {},
      );
    }
    if (message.say !== 'told') return;
    asked.get(message.question)?.(message.all);
    asked.delete(message.question);
  };
  process.on('message', hear);
  return {
    serving: () => say({ say: 'serving' }),
    askAll: () =>
      new Promise((resolve) => {
        questions += 1;
        asked.set(questions, resolve);
        say({ say: 'ask', question: questions });
      }),
  };
}
