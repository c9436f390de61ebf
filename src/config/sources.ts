import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { errorCode } from './error_code.ts';
import type { Environment } from './environment.ts';
import { versionOf, type FileVersions } from './file_versions.ts';
import type { Mistake } from './mistakes.ts';
import { readYaml, type Reading } from './read_yaml.ts';
import type { Sources } from './substitute.ts';
import { emptyTree, isMapping, placeAt, placeKey, putAt, valueAt, type Path, type Tree } from './tree.ts';

/** Lists that may also be given as one file per entry, in a folder of that name beside the main file. */
const FOLDERS = ['clients', 'upstreams'] as const;

interface ReadConfig {
  tree: Tree;
  /** False when a file could not be read or parsed: nothing more can be said about the whole then. */
  usable: boolean;
  mistakes: Mistake[];
  /** One sentence for each variable that won over the files. */
  overrides: string[];
  /** Every file that was looked at, secrets included. */
  files: FileVersions;
}

/** Reads the main file, the folders beside it and the variables that win over it, into one tree. */
export function readSources(environment: Environment, variables: NodeJS.ProcessEnv, cwd: string): ReadConfig {
  const folder = dirname(environment.configFile);
  const files = new Map<string, string>();
  // Before it is read: what changes in between is another version later.
  const noting = (path: string): void => void files.set(path, versionOf(path));
  const sources = { variables, folder, reading: noting };
  const main = readFile(environment.configFile, sources, cwd, isMapping);
  const tree = emptyTree(shownPath(environment.configFile, cwd));
  if (isMapping(main.value)) tree.root = main.value;
  graftPlaces(tree, [], main);
  const parts = FOLDERS.flatMap((list) =>
    yamlFiles(join(folder, list)).map((path) => {
      const beside = { ...sources, folder: dirname(path) };
      return { list, reading: readFile(path, beside, cwd, (value) => typeof value === 'object') };
    }),
  );
  for (const { list, reading } of parts) appendEntries(tree, list, reading);
  const readings = [main, ...parts.map((part) => part.reading)];
  return {
    tree,
    usable: readings.every((reading) => reading.usable),
    mistakes: readings.flatMap((reading) => reading.mistakes),
    overrides: applyOverrides(tree, environment),
    files,
  };
}

/** A path as people type it: relative while it lies below the working directory. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith(`..${sep}`) || short === '' ? path : short;
}

function readFile(path: string, sources: Sources, cwd: string, fits: (value: unknown) => boolean): Reading {
  const file = shownPath(path, cwd);
  const refuse = (line: number, rule: string, message: string): Reading => ({
    usable: false,
    value: undefined,
    places: [],
    mistakes: [{ file, line, column: line, rule, key: '', message }],
  });
  let text: string;
  sources.reading?.(path);
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(0, 'missing_file', `the file cannot be read (${errorCode(error) ?? 'no reason known'})`);
  }
  const reading = readYaml(text, file, sources);
  if (!reading.usable || reading.value === undefined || fits(reading.value)) return reading;
  return refuse(1, 'wrong_type', 'the file must hold keys and values');
}

/** The files of the configuration as they are now; the secrets among them are those that the reading before has met. */
export function presentFiles({ configFile }: Environment, known: FileVersions): FileVersions {
  const folder = dirname(configFile);
  const lists = FOLDERS.map((list) => join(folder, list));
  const others = [...known.keys()].filter((path) => path !== configFile && !lists.includes(dirname(path)));
  const paths = [configFile, ...lists.flatMap(yamlFiles), ...others];
  return new Map(paths.map((path) => [path, versionOf(path)]));
}

/** The folders in which these files lie, and those that may come to be. */
export function foldersOf({ configFile }: Environment, files: FileVersions): string[] {
  const folder = dirname(configFile);
  return [...new Set([folder, ...FOLDERS.map((list) => join(folder, list)), ...[...files.keys()].map(dirname)])];
}

function yamlFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // The folders are optional.
    return [];
  }
  return names
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Each file of a folder holds one entry or a list of them; they follow those of the main file. */
function appendEntries(tree: Tree, list: string, reading: Reading): void {
  const present = (tree.root[list] ??= []);
  // Something else than a list is a mistake of the main file, which the schema reports.
  if (!Array.isArray(present) || !reading.usable || reading.value === undefined) return;
  if (!Array.isArray(reading.value)) {
    graftPlaces(tree, [list, present.length], reading);
    present.push(reading.value);
    return;
  }
  for (const [index, entry] of reading.value.entries()) {
    graftPlaces(tree, [list, present.length], reading, [index]);
    present.push(entry);
  }
}

/** Enters the places of what stands below `from` in a file as those of what stands below `path` in the tree. */
function graftPlaces(tree: Tree, path: Path, reading: Reading, from: Path = []): void {
  for (const [inner, place] of reading.places) {
    if (!from.every((step, index) => inner[index] === step)) continue;
    tree.places.set(placeKey([...path, ...inner.slice(from.length)]), place);
  }
}

function applyOverrides(tree: Tree, environment: Environment): string[] {
  return environment.overrides.flatMap(({ variable, path, value }) => {
    const before = valueAt(tree.root, path);
    if (before === value || String(before) === value || !putAt(tree, path, value)) return [];
    const place = { file: `environment variable ${variable}`, line: 0, column: 0 };
    const key = placeAt(tree, path)?.key ?? place;
    tree.places.set(placeKey(path), { value: place, key, source: { text: `\${${variable}}`, origin: 'environment' } });
    const secret = variable === 'DATABASE_URL';
    return [`${path.join('.')} ${secret ? 'comes from' : `is ${value}, from`} the environment variable ${variable}`];
  });
}
