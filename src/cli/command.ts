import type { AccountReading } from '../accounts/index.ts';
import type { ClientSettings } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { Events } from '../events/index.ts';
import type { UpstreamSettings } from '../upstreams/index.ts';

/** What a command may touch of the process it runs in. */
export interface CommandIo {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** The part of the settings that commands read. */
export interface CommandSettings {
  issuer: string;
  mode: string;
  development: { simulator: boolean };
  /** In seconds. */
  lifetimes: { events: number };
  database?: { url: string };
  clients: ClientSettings[];
  upstreams: UpstreamSettings[];
}

/** A wrong line of the configuration; how it is worded is the config room's own business. */
interface CommandMistake {
  rule: string;
  key: string;
}

/** What loading the configuration gives. */
type CommandConfig<Settings> =
  | { ok: true; settings: Settings; warnings: CommandMistake[]; overrides: string[]; file: string; hash: string }
  | { ok: false; mistakes: CommandMistake[] };

/** What app.ts hands over, because only it may know these rooms together. */
export interface CommandParts<Settings extends CommandSettings = CommandSettings> {
  /** Serves until it is stopped; the result is the exit code. */
  start(io: CommandIo): Promise<number>;
  config: {
    load(env: NodeJS.ProcessEnv, cwd: string): Promise<CommandConfig<Settings>>;
    format(mistakes: readonly CommandMistake[]): string;
    schema(): object;
  };
  /** The candidate that a misspelt word most likely stands for. */
  nearest(word: string, candidates: readonly string[]): string | undefined;
  /** The version of Gatehouse. */
  version(): string;
  /**
   * Connects to the configured database; to the embedded one of a running server where there is one, else it starts it and
   * says on `io.stderr` what takes long.
   */
  openDatabase(settings: Settings, io: CommandIo): Promise<{ database: Database; close(): Promise<void> }>;
  /** The rooms over an open database. */
  rooms(database: Database): { accounts: AccountReading; events: Pick<Events, 'explain' | 'ofAccount'> };
}

/** 0 all right, 1 a problem or change was found, 2 wrong use. */
export type ExitCode = 0 | 1 | 2;

/** One run of one command. */
export interface Call {
  io: CommandIo;
  parts: CommandParts;
  /** What stands behind the command's own words. */
  args: string[];
  json: boolean;
}

/** One command of the line. */
export interface Command {
  /** The words that name it, such as `config check`. */
  name: string;
  /** What may stand behind them, for the usage line. */
  args?: string;
  /** How many arguments it takes. */
  takes: { least: number; most: number };
  summary: string;
  run(call: Call): Promise<number>;
}
