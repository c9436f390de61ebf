import { DatabaseBusy, isRefusedStatement } from './database_errors.ts';

/** One call of many that may be put into one statement. `key` is the row that it is about. */
type CombinedCall<Input, Output> = (key: string, input: Input) => Promise<Output>;

/** What is combined, and how. */
interface Combining<Input, Output> {
  /** Does all of them in one statement; the answers stand in their order. */
  run(inputs: Input[]): Promise<Output[]>;
  /** What a call comes to when an earlier one about the same row has no answer yet. */
  again: Again<Output>;
  /** How a DatabaseBusy is worded for the callers; as it is when absent. */
  unavailable?: ((cause: DatabaseBusy) => Error) | undefined;
  /** Milliseconds after which a call has an answer or is rejected. */
  within?: number;
  /** Calls that may wait at once; one more is rejected. */
  room?: number;
}

/**
 * `join`: it gets a copy of the answer of one that has not left yet. `replace`: it takes the place of one that has not left, whose
 * caller hears of the later one; behind one that has left it waits. `lose`: it has this answer at once, and the first one takes
 * the row.
 */
type Again<Output> =
  | { as: 'join'; copy(answer: Output): Output }
  | { as: 'replace' }
  | { as: 'lose'; answer(): Output };

interface Caller<Output> {
  resolve(answer: Output): void;
  reject(error: unknown): void;
}

interface Entry<Input, Output> {
  key: string;
  input: Input;
  /** In milliseconds of a clock that never jumps. */
  since: number;
  callers: Caller<Output>[];
}

/** Rows of one statement. Longer ones gain nothing. */
const MOST = 500;
/** What has less than this share of its time left is not begun any more: its caller would hardly hear what came of it. */
const TO_LEAVE = 0.5;
/** While one statement waits for the disk the next one gathers; a third would only take the work of the second away. */
const AT_ONCE = 2;

/**
 * Puts calls that come in the same turn of the loop, or while earlier ones are under way, into one statement. Each caller
 * hears of its own row, and only once that statement is committed. A statement that PostgreSQL refuses is split until a bad row
 * hurts only itself; one whose outcome nobody knows is never repeated, and all of its callers are rejected.
 */
export function combine<Input, Output>(combining: Combining<Input, Output>): CombinedCall<Input, Output> {
  const { run, again, unavailable = (busy) => busy, within = 10_000, room = 10_000 } = combining;
  const waiting = new Map<string, Entry<Input, Output>>();
  const left = new Set<string>();
  let callers = 0;
  let underWay = 0;
  let planned = false;

  const remaining = ({ since }: Entry<Input, Output>) => since + within - performance.now();
  const giveUp = (entry: Entry<Input, Output>) =>
    fail(entry, unavailable(new DatabaseBusy('the database did not answer in time')));

  function plan(): void {
    if (planned || underWay === AT_ONCE || waiting.size === 0) return;
    planned = true;
    setImmediate(send);
  }
  function send(): void {
    planned = false;
    while (underWay < AT_ONCE) {
      const batch = take();
      if (batch.length === 0) return;
      perform(batch);
    }
  }
  /** The next rows in the order in which they came; one that is on its way keeps later ones of its key behind it. */
  function take(): Entry<Input, Output>[] {
    const batch: Entry<Input, Output>[] = [];
    for (const entry of waiting.values()) {
      if (batch.length === MOST) break;
      if (again.as !== 'join' && left.has(entry.key)) continue;
      waiting.delete(entry.key);
      if (remaining(entry) < within * TO_LEAVE) {
        giveUp(entry);
        callers -= entry.callers.length;
        continue;
      }
      batch.push(entry);
      left.add(entry.key);
    }
    // Processes that lock the same rows do it in the same order.
    return batch.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  }
  function perform(batch: Entry<Input, Output>[]): void {
    underWay += 1;
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      clearTimeout(deadline);
      underWay -= 1;
      for (const { key, callers: told } of batch) {
        left.delete(key);
        callers -= told.length;
      }
      plan();
    };
    const deadline = setTimeout(
      () => {
        batch.forEach(giveUp);
        end();
      },
      Math.min(...batch.map(remaining)),
    );
    void settle({ run, again, isOver: () => over }, batch).then(end);
  }
  return (key, input) =>
    new Promise<Output>((resolve, reject) => {
      const entry = waiting.get(key);
      if (again.as === 'lose' && (entry || left.has(key))) return resolve(again.answer());
      if (callers >= room) return reject(unavailable(new DatabaseBusy('too much waits for the database')));
      callers += 1;
      if (entry) {
        if (again.as === 'replace') entry.input = input;
        entry.callers.push({ resolve, reject });
        return;
      }
      waiting.set(key, { key, input, since: performance.now(), callers: [{ resolve, reject }] });
      plan();
    });
}

/** Never rejects: whoever called hears of it. */
async function settle<Input, Output>(
  how: Pick<Combining<Input, Output>, 'run' | 'again'> & { isOver(): boolean },
  batch: Entry<Input, Output>[],
): Promise<void> {
  const { run, again, isOver } = how;
  let answers: Output[];
  try {
    answers = await run(batch.map(({ input }) => input));
  } catch (error) {
    if (batch.length === 1 || !isRefusedStatement(error)) return batch.forEach((entry) => fail(entry, error));
    const half = Math.ceil(batch.length / 2);
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      // Everybody was told by then, and later calls about the same rows may be on their way.
      if (!isOver()) await settle(how, part);
    }
    return;
  }
  batch.forEach((entry, index) => tell(entry, answers[index] as Output, again)); // as many answers as inputs
}

function tell<Output>({ callers }: Entry<unknown, Output>, answer: Output, again: Again<Output>): void {
  // Before anybody has theirs: whoever is told may change what they got.
  const copies = callers.map((_, index) => (index > 0 && again.as === 'join' ? again.copy(answer) : answer));
  callers.forEach(({ resolve }, index) => resolve(copies[index] as Output)); // as many copies as callers
}

function fail({ callers }: Entry<unknown, unknown>, error: unknown): void {
  for (const { reject } of callers) reject(error);
}
