import { parseArgs } from 'node:util';
import { sentenceOf } from '../kit/errors.ts';

/** One option of a command. */
export interface CommandOption {
  /** What stands behind it: a word for the usage, or the list of what it may be. Absent: it stands alone. */
  value?: string | readonly string[];
  /** What the value looks like, where the word says it for people. */
  matches?: RegExp;
  says: string;
}

/** The options of a command by their name, without the hyphens. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** What every command takes. */
const common = { json: { says: '' }, help: { says: '' }, version: { says: '' } } satisfies CommandOptions;

/** What was typed behind `gatehouse`. */
export interface Line {
  words: string[];
  /** The options that have a value. */
  texts: Readonly<Partial<Record<string, string>>>;
  /** The options that stand alone. */
  flags: ReadonlySet<string>;
}

/** Reads a line as far as it can be read, to find out which command it means: what it does not know has no value. */
export function glanceAt(argv: string[], all: readonly CommandOptions[]): Line {
  const options = parserOptions(Object.assign({}, ...all));
  const args = idsLast(argv, options);
  const { positionals, values } = parseArgs({ args, allowPositionals: true, strict: false, options });
  return sorted(positionals, values);
}

/** Reads a line by the options of one command. An unknown option or a wrong value is a reason in one sentence. */
export function readLine(
  argv: string[],
  own: CommandOptions,
  nearest: (word: string, candidates: readonly string[]) => string | undefined,
): { ok: true; line: Line } | { ok: false; reason: string } {
  const options = parserOptions(own);
  const args = idsLast(argv, options);
  const loose = { args, allowPositionals: true, strict: false, tokens: true, options } as const;
  for (const token of parseArgs(loose).tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue;
    const guess = nearest(token.name, Object.keys(options));
    return { ok: false, reason: `there is no option ${token.rawName}${guess ? `; did you mean --${guess}?` : ''}` };
  }
  try {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
    const line = sorted(positionals, values);
    const reason = wrongValue(own, line);
    return reason === undefined ? { ok: true, line } : { ok: false, reason };
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) };
  }
}

/** An option as the usage writes it: `--limit <n>`. */
export function written(name: string, { value }: CommandOption): string {
  if (value === undefined) return `--${name}`;
  return `--${name} ${typeof value === 'string' ? `<${value}>` : value.join('|')}`;
}

/** One id in 64 begins with a hyphen: what is as long as one (of a cookie key, an account, a key) and no option of ours is put where only arguments stand. */
function idsLast(argv: string[], options: object): string[] {
  const isId = (word: string) =>
    /^-(?:\w[\w-]{14}|[\w-]{21}|[\w-]{42})$/.test(word) && !Object.hasOwn(options, word.slice(2));
  const ids = argv.filter(isId);
  return ids.length > 0 && !argv.includes('--') ? [...argv.filter((word) => !isId(word)), '--', ...ids] : argv;
}

function wrongValue(own: CommandOptions, { texts }: Line): string | undefined {
  for (const [name, option] of Object.entries(own)) {
    const text = texts[name];
    if (text === undefined) continue;
    const listed = typeof option.value === 'string' || option.value?.includes(text) === true;
    if (!listed || option.matches?.test(text) === false) return `${written(name, option)}: not ${JSON.stringify(text)}`;
  }
  return undefined;
}

function parserOptions(own: CommandOptions) {
  const entries = Object.entries<CommandOption>({ ...common, ...own }).map(([name, { value }]) => {
    const type = value === undefined ? ('boolean' as const) : ('string' as const);
    return [name, name === 'help' ? { type, short: 'h' } : { type }];
  });
  return Object.fromEntries(entries) as Record<string, { type: 'boolean' | 'string'; short?: string }>; // as mapped above
}

function sorted(words: string[], values: Record<string, unknown>): Line {
  const entries = Object.entries(values);
  return {
    words,
    texts: Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
  };
}

/** How many to list at most. */
export const limitOption: CommandOption = { value: 'n', matches: /^[1-9]\d{0,8}$/, says: 'so many at most' };

/** The value of `limitOption`, if it was given. */
export function limitOf({ texts }: Pick<Line, 'texts'>): number | undefined {
  const { limit } = texts;
  return limit === undefined ? undefined : Number(limit);
}
