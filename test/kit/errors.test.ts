import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeError, sentenceOf } from '../../src/kit/errors.ts';
import { testDatabase } from '../support/database.ts';

describe('an error for the log', () => {
  it('names error, code, place and causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'EINNER' });
    const described = describeError(new Error('outer', { cause }));
    expect(described).toMatchObject({ name: 'Error', message: 'outer' });
    expect(described.at?.[0]).toContain('errors.test.ts');
    expect(described.cause).toMatchObject({ name: 'TypeError', message: 'inner', code: 'EINNER' });
  });

  it('does not repeat the text that JSON.parse could not read', () => {
    let caught: unknown;
    try {
      JSON.parse('hunter2');
    } catch (error) {
      caught = error;
    }
    expect(JSON.stringify(describeError(caught))).not.toContain('hunter2');
  });

  it('does not repeat the value that PostgreSQL could not store', async () => {
    const { database, drop } = await testDatabase();
    const caught = await database.knex.raw('select ?::int', ['hunter2']).catch((error: unknown) => error);
    await drop();
    const described = describeError(caught);
    expect(described.code).toBe('22P02');
    expect(JSON.stringify(described)).not.toContain('hunter2');
  });

  it('ends a ring of causes, and takes what is no error', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    expect(JSON.stringify(describeError(ring)).match(/"message":"ring"/g)).toHaveLength(5);
    expect(describeError('hunter2')).toEqual({ name: 'thrown string' });
  });
});

describe('the sentence of an error', () => {
  it.each([
    ['its message', new Error('no such host'), 'no such host'],
    ['that of the first of many', new AggregateError([new Error('first'), new Error('second')], 'all'), 'first'],
    ['its own where many are none', new AggregateError([], 'all'), 'all'],
    ['the text that was thrown', 'stop', 'stop'],
    ['words for nothing', {}, 'no reason known'],
  ])('is %s', (_, thrown, sentence) => {
    expect(sentenceOf(thrown)).toBe(sentence);
  });
});

describe('a log line that is still to be written', () => {
  const logger = new URL('../../src/kit/logger.ts', import.meta.url).href;
  const outputOf = async (ending: string) => {
    const program = `import { createLogger } from '${logger}'; createLogger('info').info('the last words'); ${ending}`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    return run.then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  };

  it.each([
    ['has nothing left to do', ''],
    ['exits', 'process.exit(1);'],
    ['ends by an exception', "throw new Error('unexpected');"],
    ['ends by a rejection', "await Promise.reject(new Error('unexpected'));"],
  ])('is there when the process %s', async (_, ending) => {
    expect(await outputOf(ending)).toContain('the last words');
  });
});
