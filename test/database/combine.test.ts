import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combine, isDatabaseUnavailable } from '../../src/database/index.ts';

/** A database of one's own: it notes each statement, and answers when it is told to. */
function statements<Output>(answer: (input: string) => Output) {
  const sent: { inputs: string[]; answer(): void; refuse(error: Error): void }[] = [];
  const run = (inputs: string[]) =>
    new Promise<Output[]>((resolve, reject) => {
      sent.push({ inputs, answer: () => resolve(inputs.map(answer)), refuse: reject });
    });
  return { sent, run };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const refused = () => Object.assign(new Error('duplicate key'), { code: '23505' });
const join = { as: 'join', copy: (row: string) => row } as const;

describe('combined calls', () => {
  it('are one statement when they come in one turn, and each caller hears of its own row', async () => {
    const { sent, run } = statements((input) => `row of ${input}`);
    const call = combine({ run, again: join });
    const answers = Promise.all(['b', 'a', 'c'].map((key) => call(key, key)));
    await turn();
    expect(sent.map(({ inputs }) => inputs)).toEqual([['a', 'b', 'c']]);
    sent[0]?.answer();
    expect(await answers).toEqual(['row of b', 'row of a', 'row of c']);
  });

  it('are two statements at once at most: what comes meanwhile gathers for the next', async () => {
    const { sent, run } = statements((input) => input);
    const call = combine({ run, again: join });
    const answers: Promise<string>[] = [];
    for (const key of ['a', 'b', 'c', 'd']) {
      answers.push(call(key, key));
      await turn();
    }
    expect(sent.map(({ inputs }) => inputs)).toEqual([['a'], ['b']]);
    sent[0]?.answer();
    await turn();
    await turn();
    expect(sent[2]?.inputs).toEqual(['c', 'd']);
    sent[1]?.answer();
    sent[2]?.answer();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('read a row once for all who wait for it, and nobody can change what another one got', async () => {
    const { sent, run } = statements(() => ({ seen: [] as string[] }));
    const call = combine<string, { seen: string[] }>({ run, again: { as: 'join', copy: structuredClone } });
    const both = Promise.all([call('a', 'a'), call('a', 'a')]);
    await turn();
    expect(sent[0]?.inputs).toEqual(['a']);
    sent[0]?.answer();
    const [first, second] = await both;
    first.seen.push('mine');
    expect(second.seen).toEqual([]);
  });

  it('do not answer a read with one that had left before it was asked', async () => {
    let value = 'before';
    const { sent, run } = statements(() => value);
    const call = combine({ run, again: join });
    const early = call('a', 'a');
    await turn();
    const late = call('a', 'a');
    await turn();
    sent[0]?.answer();
    expect(await early).toBe('before');
    value = 'after';
    sent[1]?.answer();
    expect(await late).toBe('after');
  });

  it('save the last of several for one row, and never overtake one that is on its way', async () => {
    const { sent, run } = statements(() => undefined);
    const call = combine({ run, again: { as: 'replace' } });
    const told: string[] = [];
    const save = (value: string) => call('a', value).then(() => told.push(value));
    const first = save('1');
    await turn();
    const later = [save('2'), save('3')];
    await turn();
    expect(sent.map(({ inputs }) => inputs)).toEqual([['1']]);
    sent[0]?.answer();
    await first;
    await turn();
    expect(told).toEqual(['1']);
    expect(sent[1]?.inputs).toEqual(['3']);
    sent[1]?.answer();
    await Promise.all(later);
    expect(told).toEqual(['1', '2', '3']);
  });

  it('let the first of 32 take a row and tell the others at once that they lost', async () => {
    const { sent, run } = statements(() => true);
    const call = combine({ run, again: { as: 'lose', answer: () => false } });
    const [first, ...others] = Array.from({ length: 32 }, () => call('a', 'a'));
    expect(await Promise.all(others)).toEqual(others.map(() => false));
    expect(sent).toEqual([]);
    await turn();
    expect(await call('a', 'a')).toBe(false);
    sent[0]?.answer();
    expect(await first).toBe(true);
    expect(sent).toHaveLength(1);
  });

  it('are split until a row that is refused hurts only itself', async () => {
    const keys = ['a', 'b', 'bad', 'c', 'd'];
    const run = async (inputs: string[]) => {
      if (inputs.includes('bad')) throw refused();
      return inputs;
    };
    const call = combine({ run, again: { as: 'replace' } });
    const results = await Promise.allSettled(keys.map((key) => call(key, key)));
    expect(results.map(({ status }) => status)).toEqual(keys.map((key) => (key === 'bad' ? 'rejected' : 'fulfilled')));
  });

  it('are never repeated when nobody knows what became of the statement', async () => {
    const { sent, run } = statements(() => true);
    const call = combine({ run, again: { as: 'lose', answer: () => false } });
    const both = Promise.allSettled([call('a', 'a'), call('b', 'b')]);
    await turn();
    sent[0]?.refuse(new Error('Connection terminated unexpectedly'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    expect(sent).toHaveLength(1);
  });

  it('are rejected in time when nothing answers, and what answers too late harms nobody', async () => {
    const { sent, run } = statements((input) => input);
    const call = combine({ run, again: { as: 'replace' }, within: 100 });
    expect(await call('a', '1').catch(isDatabaseUnavailable)).toBe(true);
    const next = call('a', '2');
    await turn();
    sent[0]?.answer();
    sent[1]?.answer();
    expect(await next).toBe('2');
  });

  it('never leave when half of their time is over before it is their turn', async () => {
    const { sent, run } = statements((input) => input);
    const call = combine({ run, again: { as: 'lose', answer: () => 'lost' }, within: 100 });
    const called = [call('a', '1')];
    await turn();
    called.push(call('b', '2'));
    await turn();
    // Two are on their way: this one waits.
    called.push(call('c', '3'));
    const outcomes = await Promise.allSettled(called);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const next = call('c', '4');
    await turn();
    expect(sent.map(({ inputs }) => inputs)).toEqual([['1'], ['2'], ['4']]);
    sent[2]?.answer();
    expect(await next).toBe('4');
  });

  it('are not split any more once their time is over: what came later may be on its way', async () => {
    const { sent, run } = statements((input) => input);
    const call = combine({ run, again: { as: 'replace' }, within: 100 });
    const late = await Promise.allSettled([call('a', '1'), call('b', '1')]);
    expect(late.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = call('a', '2');
    await turn();
    sent[0]?.refuse(refused());
    await turn();
    sent[1]?.answer();
    expect(await next).toBe('2');
    await turn();
    expect(sent.map(({ inputs }) => inputs)).toEqual([['1', '1'], ['2']]);
  });

  it('refuse more callers than there is room for, and take new ones once others are served', async () => {
    const { sent, run } = statements((input) => input);
    const call = combine({ run, again: join, room: 2 });
    const served = Promise.all([call('a', 'a'), call('a', 'a')]);
    await expect(call('b', 'b')).rejects.toThrow('too much waits');
    await turn();
    sent[0]?.answer();
    await served;
    await turn();
    const again = call('b', 'b');
    await turn();
    sent[1]?.answer();
    expect(await again).toBe('b');
  });

  it('leave a row as saving one after the other would, in whatever order statements end', async () => {
    const schedule = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.constant('turn'), fc.constant('end')), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(schedule, async (moves) => {
        const rows: Record<string, number> = {};
        const open: (() => void)[] = [];
        const run = (inputs: [string, number][]) =>
          new Promise<void[]>((resolve) => {
            open.push(() => {
              for (const [key, value] of inputs) rows[key] = value;
              resolve(inputs.map(() => {}));
            });
          });
        const call = combine({ run, again: { as: 'replace' } });
        const saved: Promise<void>[] = [];
        const last: Record<string, number> = {};
        for (const [value, move] of moves.entries()) {
          if (move === 'turn') await turn();
          else if (move === 'end') open.pop()?.();
          else {
            last[move] = value;
            saved.push(call(move, [move, value]));
          }
        }
        const all = Promise.all(saved);
        let over = false;
        void all.then(() => (over = true));
        while (!over) {
          open.pop()?.();
          await turn();
        }
        expect(rows).toEqual(last);
      }),
      { numRuns: 50 },
    );
  });
});
