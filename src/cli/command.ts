import type {
  Account,
  AccountReading,
  Administration,
  FileRecord,
  ImportCounts,
  ImportWishes,
  Invitations,
} from '../accounts/index.ts';
import type { ClientSettings, Level } from '../clients/index.ts';
import type { Database } from '../database/index.ts';
import type { Events } from '../events/index.ts';
import type { KeyAdministration } from '../keys/index.ts';
import type { MailReading, MailSettings } from '../mail/index.ts';
import type { InitialToken, Oidc, ProtocolSettings, RegisteredClient, Registrations } from '../oidc/index.ts';
import type { Outbound } from '../outbound/index.ts';
import type { Passwords } from '../passwords/index.ts';
import type { SecondFactors } from '../second_factors/index.ts';
import type { UpstreamSettings } from '../upstreams/index.ts';
import type { CommandOptions } from './options.ts';

/** Where a command writes. `written` is called once whoever reads took the text. */
interface CommandOutput {
  write(text: string, written?: () => void): unknown;
  isTTY?: boolean;
}

/** What a command may touch of the process it runs in. */
export interface CommandIo {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: CommandOutput;
  stderr: CommandOutput;
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** The part of the settings that commands read. */
export interface CommandSettings {
  issuer: string;
  mode: 'development' | 'production';
  brand: { name: string };
  require: Level;
  http: { trusted_hops: number; processes: number | 'auto' };
  mail: MailSettings;
  protocol: Pick<
    ProtocolSettings,
    'dpop' | 'pushed_requests' | 'device_flow' | 'registration' | 'fapi' | 'request_objects'
  >;
  development: { simulator: boolean };
  /** In seconds. */
  lifetimes: { events: number; invitation: number };
  signup: { allow: string };
  database?: { url: string; prepared: boolean; direct_url?: string | undefined; connections: number } | undefined;
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

/** One thing that a changed file would change, and how many of each kind it touches. */
export interface PlannedChange {
  do: 'adds' | 'removes' | 'changes';
  /** `key`: any that is in no entry of a list. */
  kind: 'client' | 'upstream' | 'resource' | 'key';
  id: string;
  /** Those of an entry that change. */
  keys?: string[] | undefined;
  /** Values of a key; not there for a secret. */
  from?: unknown;
  to?: unknown;
  restart?: boolean;
  touches: Readonly<Record<string, number | undefined>>;
}

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
  openDatabase(settings: Settings, io: CommandIo): Promise<OpenedDatabase>;
  /** The HTTP client as the server has it: the same guard, the same budgets. */
  outbound(settings: Settings): Outbound;
  /** The same, but it sees where a redirect leads, as a browser does. */
  visitor(settings: Settings): Outbound;
  /** The rooms over an open database, for reading. */
  rooms(database: Database): {
    accounts: AccountReading;
    events: Pick<Events, 'explain' | 'ofAccount'>;
    mails: MailReading;
    secondFactors: Pick<SecondFactors, 'of'>;
    /** Apps that registered themselves, and the tokens with which they may. */
    registrations: { clients(): Promise<RegisteredClient[]>; tokens(): Promise<InitialToken[]> };
  };
  /** The keys, and nothing that needs them. Throws in words when the configuration has none. */
  keys(settings: Settings, opened: OpenedDatabase): KeyAdministration;
  /** What the settings would change of what was applied last. Throws in words when the configuration has no keys. */
  plan(
    settings: Settings,
    opened: OpenedDatabase,
  ): Promise<{ applied?: { hash: string; appliedAt: Date; process: string }; changes: PlannedChange[] }>;
  /** The rooms as they are when they serve, for what changes accounts. Rejects in words when they cannot be opened. */
  changing(settings: Settings, opened: OpenedDatabase): Promise<ChangingRooms>;
}

/** An open database, and the folder of what belongs to it. */
export interface OpenedDatabase {
  database: Database;
  dataFolder: string;
  close(): Promise<void>;
}

/** What commands change accounts with. */
export interface ChangingRooms {
  accounts: Administration;
  passwords: Pick<Passwords, 'problems' | 'hash'>;
  /** Takes every second factor away, for somebody who lost them. */
  resetSecondStep(account: Account): Promise<void>;
  invitations: Pick<Invitations, 'make' | 'withdraw'>;
  /** The tokens that a client would get for an account. */
  preview: Oidc['preview'];
  /** The header by which the server knows a request of the doctor. */
  doctorMark(): Record<string, string>;
  registrations: Registrations;
  /** Removes all that has ended, and returns how many rows that were of each table. `told` hears of each step. */
  sweep(told: (table: string, removed: number) => void): Promise<Record<string, number>>;
  importAccounts(records: AsyncIterable<FileRecord>, wishes: ImportWishes): Promise<ImportCounts>;
  /** Some hundred lines at a time. */
  exportAccounts(wishes: { withHashes: boolean }): AsyncIterable<string>;
  close(): Promise<void>;
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
  /** Its own options that have a value. */
  texts: Readonly<Partial<Record<string, string>>>;
  /** Its own options that stand alone. */
  flags: ReadonlySet<string>;
}

/** One command of the line. */
export interface Command {
  /** The words that name it, such as `config check`. */
  name: string;
  /** What may stand behind them, for the usage line. */
  args?: string;
  /** How many arguments it takes. */
  takes: { least: number; most: number };
  /** What it takes beside `--json`; anything else is wrong use. */
  options?: CommandOptions;
  summary: string;
  run(call: Call): Promise<number>;
}
