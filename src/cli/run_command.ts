import { accountCommands } from './accounts/commands.ts';
import type { Call, Command, CommandIo, CommandParts, CommandSettings, ExitCode } from './command.ts';
import { configCommands } from './config_commands.ts';
import { doctorCommand } from './doctor/doctor.ts';
import { explainCommand } from './explain.ts';
import { keyCommands } from './key_commands.ts';
import { mailCommands } from './mail_commands.ts';
import { migrateCommands } from './migrate.ts';
import { glanceAt, readLine, written } from './options.ts';
import { complain, table } from './output.ts';
import { registrationCommands } from './registration_commands.ts';
import { registryCommands } from './registry_commands.ts';
import { sweepCommand } from './sweep.ts';
import { upstreamCommands } from './upstreams/commands.ts';

const startCommand: Command = {
  name: 'start',
  takes: { least: 0, most: 0 },
  summary: 'serve until stopped',
  run: (call) => call.parts.start(call.io),
};

const commands: Command[] = [
  startCommand,
  ...configCommands,
  ...migrateCommands,
  ...registryCommands,
  ...registrationCommands,
  ...upstreamCommands,
  ...accountCommands,
  ...mailCommands,
  ...keyCommands,
  sweepCommand,
  explainCommand,
  doctorCommand,
];

/**
 * Runs one command line (without the program's own name) and returns its exit code: 0 all right, 1 a problem or change was
 * found, 2 wrong use. Rejects only for what nobody can type: a fault of ours.
 */
export async function runCommand<Settings extends CommandSettings>(
  argv: string[],
  io: CommandIo,
  parts: CommandParts<Settings>,
): Promise<number> {
  const { words, flags } = glanceAt(
    argv,
    commands.map(({ options = {} }) => options),
  );
  const json = flags.has('json');
  const asked = { io, json };
  if (flags.has('version')) {
    const version = parts.version();
    io.stdout.write(`${json ? JSON.stringify({ version }) : version}\n`);
    return 0;
  }
  if (words[0] === 'help' || flags.has('help')) {
    io.stdout.write(usage(words[0] === 'help' ? words.slice(1) : words));
    return 0;
  }
  const command = find(words);
  if (!command && words.length > 0) return misused(asked, unknown(words, parts.nearest), words);
  const read = readLine(argv, command?.options ?? {}, parts.nearest);
  if (!read.ok) return misused(asked, read.reason, words);
  if (!command) return misused(asked, 'which command?');
  const args = read.line.words.slice(command.name.split(' ').length);
  if (args.length < command.takes.least || args.length > command.takes.most) {
    return misused(asked, `${command.name} takes ${takenBy(command)}`, words);
  }
  return command.run({ ...read.line, io, parts, args, json });
}

/** The command whose words begin the line; the longest name wins, so that `migrate down` is not `migrate`. */
function find(words: string[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, index) => words[index] === word))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

/** What may stand behind the words of a command. */
function takenBy({ name, args }: Command): string {
  const further = wordsBehind(name);
  return [args ?? 'nothing more', ...(further.length > 0 ? [`or one of: ${further.join(', ')}`] : [])].join(' ');
}

/** The second words of the commands that begin with this one: `check` and `schema` behind `config`. */
function wordsBehind(first: string): string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
}

function unknown(words: string[], nearest: CommandParts['nearest']): string {
  const first = words[0] ?? '';
  const typed = words.slice(0, 2).join(' ');
  const names = commands.map(({ name }) => name);
  const meant = words.length > 1 ? nearest(typed, names) : undefined;
  const further = wordsBehind(first);
  if (!meant && further.length > 0) return `${first} needs one of: ${further.join(', ')}`;
  const guess =
    meant ?? nearest(typed, names) ?? nearest(first, [...new Set(names.map((name) => name.split(' ')[0] ?? ''))]);
  return `there is no command ${JSON.stringify(typed)}${guess ? `; did you mean ${guess}?` : ''}`;
}

function misused(asked: Pick<Call, 'io' | 'json'>, reason: string, words: string[] = []): ExitCode {
  complain(asked, asked.json ? reason : `${reason}\n\n${usage(words)}`);
  return 2;
}

/** The lines of the command that is meant, with its options, or of all behind the first word; else of all commands, without. */
function usage(words: string[]): string {
  const meant = find(words)?.name ?? words[0];
  const topic = commands.filter(({ name }) => name === meant || name.startsWith(`${meant} `));
  const rows = topic.length > 0 ? topic.flatMap((command) => [usageLine(command), ...optionLines(command)]) : [];
  return [
    table(['usage', ''], rows.length > 0 ? rows : commands.map(usageLine), ''),
    '',
    'Every command takes --json: what it finds goes to standard output, and why it could not is the last line of standard',
    'error, { "error": "…" }. --version prints the version. Exit code: 0 all right, 1 a problem was found, 2 wrong use.',
    '',
  ].join('\n');
}

function usageLine({ name, args, summary }: Command): string[] {
  return [`gatehouse ${name}${args ? ` ${args}` : ''}`, summary];
}

function optionLines({ options = {} }: Command): string[][] {
  return Object.entries(options).map(([name, option]) => [`    ${written(name, option)}`, option.says]);
}
