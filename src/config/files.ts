import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LARGEST_PICTURE } from '../web/index.ts';
import type { Known } from './known.ts';
import type { Finding } from './rules.ts';
import type { Settings } from './settings.ts';

/** The keys that name files, from the folder of the config file. */
const FILES = { brand: ['logo', 'logo_dark'], places: ['database'] } as const;

/** The settings with absolute paths. */
export function resolveFiles(settings: Settings, folder: string): Settings {
  const { brand, places } = settings;
  return { ...settings, brand: absolute(brand, FILES.brand, folder), places: absolute(places, FILES.places, folder) };
}

/** The pictures of resolved settings: another picture under the same name is a change, too. */
export function picturesIn({ brand }: Pick<Settings, 'brand'>): string[] {
  return FILES.brand.flatMap((key) => brand[key] ?? []);
}

/** Files that are not there, that this account may not read, or that are too large to be served. */
export function fileFindings({ brand, places }: Pick<Known, 'brand' | 'places'>, folder: string): Finding[] {
  const named = [
    ...FILES.brand.map((key) => ({ path: ['brand', key], file: brand?.[key], most: LARGEST_PICTURE })),
    ...FILES.places.map((key) => ({ path: ['places', key], file: places?.[key], most: Infinity })),
  ];
  return named.flatMap(({ path, file, most }): Finding[] => {
    if (file === undefined) return [];
    const size = readableSize(resolve(folder, file));
    if (size === undefined) {
      const message = 'there is no such file; the path starts at the folder of the config file';
      return [{ path, rule: 'missing_file', message }];
    }
    if (size <= most) return [];
    const message = 'the picture is too large to be served from memory';
    return [{ path, rule: 'wrong_value', message, accepted: `${most / 1024} kB at most` }];
  });
}

function absolute<Section extends object>(
  section: Section,
  keys: readonly (keyof Section & string)[],
  folder: string,
): Section {
  const paths = keys.flatMap((key) => {
    const path = section[key];
    return typeof path === 'string' ? [[key, resolve(folder, path)]] : [];
  });
  return { ...section, ...Object.fromEntries(paths) };
}

/** The bytes of a file; undefined where this account can read none. */
function readableSize(path: string): number | undefined {
  try {
    accessSync(path, constants.R_OK);
    const about = statSync(path);
    return about.isFile() ? about.size : undefined;
  } catch {
    return undefined;
  }
}
