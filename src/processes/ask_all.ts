import type { Worker } from 'node:cluster';
import type { ToPrimary, ToSibling } from './messages.ts';

/** Collects what processes tell of themselves. */
interface Collector {
  askAll(workers: Iterable<Worker>): Promise<object[]>;
  /** To be told of every message of theirs. */
  hear(message: ToPrimary): void;
}

const PATIENCE_MILLISECONDS = 2000;

/** Opens it, for the primary. */
export function collector(): Collector {
  const answers = new Map<number, (answer: object) => void>();
  let questions = 0;
  const ask = (worker: Worker) => {
    const { promise, resolve } = Promise.withResolvers<object | undefined>();
    const question = (questions += 1);
    const late = setTimeout(() => resolve(undefined), PATIENCE_MILLISECONDS);
    answers.set(question, resolve);
    tellWorker(worker, { say: 'tell', question });
    return promise.finally(() => {
      clearTimeout(late);
      answers.delete(question);
    });
  };
  return {
    async askAll(workers) {
      const told = await Promise.all([...workers].map(ask));
      return told.filter((answer) => answer !== undefined);
    },
    hear(message) {
      if (message.say === 'answer') answers.get(message.question)?.(message.answer);
    },
  };
}

/** Says something to a process, unless it is gone. */
export function tellWorker(worker: Worker, message: ToSibling): void {
  // It may end in this very moment: then there is nobody to say it to.
  if (worker.isConnected()) worker.send(message, () => {});
}
