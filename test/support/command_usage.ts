import { parseArgs, type ParseArgsConfig } from 'node:util';
import { sentenceOf } from '../../src/kit/errors.ts';

/**
 * Reads the line of a command for developers. `--help` prints the usage and ends the process with 0; what cannot be read ends it
 * as wrong use.
 */
export function readLine<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const { args = process.argv.slice(2) } = config;
  if (args.includes('--help')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ''] = sentenceOf(error).split('. '); // what follows is advice on `--`
    return misused(usage, sentence);
  }
}

/** Ends the process with 2: says what is wrong with its line, and how it is used. */
export function misused(usage: string, reason: string): never {
  process.stderr.write(`${reason}\n${usage}`);
  process.exit(2);
}

/** A whole number of the line; anything else, and less than `least`, is wrong use. */
export function wholeNumber(usage: string, text: string, least = 1): number {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : -1;
  return number >= least ? number : misused(usage, `${JSON.stringify(text)} is no whole number from ${least} on`);
}

/** The seed of the line, or one that is drawn. */
export function seedOf(usage: string, text: string | undefined): number {
  return text === undefined ? Math.floor(Math.random() * 1_000_000) : wholeNumber(usage, text, 0);
}
