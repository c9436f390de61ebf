import { pendingMigrations, type Database } from '../database/index.ts';
import { sentenceOf } from '../kit/errors.ts';
import type { KeyAdministration } from '../keys/index.ts';
import type { Call, ChangingRooms, CommandSettings, OpenedDatabase } from './command.ts';
import { complain } from './output.ts';

/** Whoever runs the command, as far as their shell says. */
export function whoAsks({ io: { env } }: Pick<Call, 'io'>): string {
  return env['SUDO_USER'] ?? env['USER'] ?? 'command line';
}

/** Loads the configuration and goes on with it; prints all mistakes and ends with 1 when there are any. */
export async function withSettings(call: Call, work: (settings: CommandSettings) => Promise<number>): Promise<number> {
  const config = await call.parts.config.load(call.io.env, call.io.cwd);
  if (config.ok) return work(config.settings);
  const { mistakes } = config;
  if (call.json) complain(call, 'the configuration has mistakes', { mistakes });
  else complain(call, call.parts.config.format(mistakes));
  return 1;
}

/**
 * The same with an open database, past a pooler where the configuration names a way: for migrations. It is closed again; one
 * that is away is one sentence and ends with 1.
 */
export async function withDirectDatabase(call: Call, work: (database: Database) => Promise<number>): Promise<number> {
  return withSettings(call, (settings) => {
    const { database } = settings;
    const direct =
      database?.direct_url === undefined ? database : { ...database, url: database.direct_url, prepared: true };
    return openedBy(call, { ...settings, database: direct }, ({ database: opened }) => work(opened));
  });
}

/** The same with every table there: a database that nobody has set up, or not for this version, is one sentence and ends with 1. */
export async function withTables(
  call: Call,
  work: (database: Database, settings: CommandSettings) => Promise<number>,
): Promise<number> {
  return withTablesOpened(call, ({ database }, settings) => work(database, settings));
}

async function hasTables(call: Call, database: Database): Promise<boolean> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return true;
  complain(
    call,
    `the database is not set up for this version: ${pending.length} migrations are pending; run npm start or ./gatehouse migrate`,
  );
  return false;
}

/** The same with the rooms that change accounts; when they cannot be opened, one sentence says why and it ends with 1. */
export async function withRooms(
  call: Call,
  work: (
    rooms: ChangingRooms,
    reading: ReturnType<Call['parts']['rooms']>,
    settings: CommandSettings,
  ) => Promise<number>,
): Promise<number> {
  return withTablesOpened(call, async (opened, settings) => {
    let rooms: ChangingRooms;
    try {
      rooms = await call.parts.changing(settings, opened);
    } catch (error) {
      complain(call, sentenceOf(error));
      return 1;
    }
    try {
      return await work(rooms, call.parts.rooms(opened.database), settings);
    } finally {
      await rooms.close();
    }
  });
}

/** The same with all that belongs to the database. */
export async function withTablesOpened(
  call: Call,
  work: (opened: OpenedDatabase, settings: CommandSettings) => Promise<number>,
): Promise<number> {
  return withOpened(call, async (opened, settings) =>
    (await hasTables(call, opened.database)) ? work(opened, settings) : 1,
  );
}

/** The same with the keys alone, which works where a damaged key keeps all else from opening. */
export async function withKeys(call: Call, work: (keys: KeyAdministration) => Promise<number>): Promise<number> {
  return withTablesOpened(call, async (opened, settings) => work(call.parts.keys(settings, opened)));
}

async function withOpened(
  call: Call,
  work: (opened: OpenedDatabase, settings: CommandSettings) => Promise<number>,
): Promise<number> {
  return withSettings(call, (settings) => openedBy(call, settings, work));
}

async function openedBy(
  call: Call,
  settings: CommandSettings,
  work: (opened: OpenedDatabase, settings: CommandSettings) => Promise<number>,
): Promise<number> {
  const opened = await reach(call, settings);
  if (!opened.ok) {
    complain(call, `the database cannot be reached: ${opened.reason}`);
    return 1;
  }
  try {
    return await work(opened, settings);
  } finally {
    await opened.close();
  }
}

type Reached = ({ ok: true } & OpenedDatabase) | { ok: false; reason: string };

/** Opens the database and makes sure that it answers. */
export async function reach(call: Call, settings: CommandSettings): Promise<Reached> {
  try {
    const opened = await call.parts.openDatabase(settings, call.io);
    try {
      await opened.database.ping();
      return { ok: true, ...opened };
    } catch (error) {
      await opened.close();
      throw error;
    }
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) };
  }
}
