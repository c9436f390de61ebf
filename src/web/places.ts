import { readFile } from 'node:fs/promises';
import { Reader, type CityResponse } from 'mmdb-lib';

/** Places by client address. */
export interface Places {
  /** The coarse place of a client address, or undefined where nothing is known. */
  find(address: string): string | undefined;
  /** Makes ready for another file, which is asked from the call of what it resolves with. Rejects like the opening. */
  prepare(path: string | undefined): Promise<() => void>;
}

/** The coarse place of a client address, or undefined where nothing is known. */
export type FindPlace = Places['find'];

const LONGEST = 100;

/**
 * Opens a local database of places in MaxMind's format; without one no place is ever known. Nobody else is asked. Rejects
 * when the file cannot be read or is none.
 */
export async function openPlaces(path: string | undefined): Promise<Places> {
  let live = { path, find: await finder(path) };
  return {
    find: (address) => live.find(address),
    async prepare(next) {
      // It is large: the same one is not read again.
      const opened = next === live.path ? live : { path: next, find: await finder(next) };
      return () => void (live = opened);
    },
  };
}

async function finder(path: string | undefined): Promise<FindPlace> {
  if (path === undefined) return () => undefined;
  const reader = await open(path);
  return (address) => {
    // A version 4 database knows no version 6 addresses, and '' is none.
    const found = attempt(() => reader.get(address));
    return found ? describe(found) : undefined;
  };
}

async function open(path: string): Promise<Reader<CityResponse>> {
  try {
    return new Reader<CityResponse>(await readFile(path));
  } catch (cause) {
    throw new Error(`places.database cannot be read: ${path} is no database in MaxMind's format`, { cause });
  }
}

/** `Seoul, South Korea`: never more than a town. */
function describe({ city, country }: CityResponse): string | undefined {
  const names = [city?.names.en, country?.names.en].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(', ').slice(0, LONGEST) : undefined;
}

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
