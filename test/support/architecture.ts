import { dirname, join } from 'node:path/posix';
import { scan, type Scanned } from './source_scanner.ts';

/** Source files by their path from the repository's root: 'src/web/index.ts'. */
export type FileMap = Record<string, string>;

/** Higher may import lower; rooms of one rank never meet: app hands over what one needs of another. */
const RANKS: readonly (readonly string[])[] = [
  ['kit'],
  ['database', 'locales', 'outbound', 'processes'],
  ['events', 'keys', 'mail', 'rate_limits', 'web'],
  ['accounts', 'upstreams', 'clients'],
  ['oidc'],
  ['passwords', 'passkeys', 'second_factors'],
  ['sign_in', 'consent', 'sign_out', 'account_pages', 'demo'],
  ['cli', 'config'],
  ['app'],
  ['serve'],
  ['commands'],
  ['main'],
];

/** The composition root. These may be single files; every other room is a folder with a door. */
const FILES: readonly string[] = ['app', 'serve', 'commands', 'main'];

const ROOT = 'src/main.ts';

interface Source extends Scanned {
  path: string;
  text: string;
  room: string;
  /** The paths of the files that it imports. */
  uses: string[];
}

/** Everything in `src` that breaks the rules of the house, one sentence each; nothing when all is well. */
export function findViolations(files: FileMap): string[] {
  const sources = new Map(Object.entries(files).map(([path, text]) => [path, read(path, text)]));
  const own = [...sources.values()].filter((source) => source.path.startsWith('src/'));
  return [
    ...own.flatMap((source) => wrongImports(source, sources)),
    ...own.flatMap(forbiddenWords),
    ...roomsOf(own).flatMap((room) => wrongRoom(room, sources)),
    ...cycles(own, sources),
    ...orphans(own, sources),
  ];
}

function read(path: string, text: string): Source {
  const scanned = scan(text);
  const uses = scanned.imports.filter((name) => name.startsWith('.')).map((name) => join(dirname(path), name));
  return { ...scanned, path, text, room: roomOf(path), uses };
}

/** `src/web/index.ts` is in `web`; `src/app.ts` is a room by itself. */
function roomOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

function roomsOf(sources: Source[]): string[] {
  return [...new Set(sources.map(({ room }) => room))];
}

function rankOf(room: string): number {
  return RANKS.findIndex((rooms) => rooms.includes(room));
}

function wrongImports(source: Source, sources: Map<string, Source>): string[] {
  return source.uses.flatMap((target) => {
    if (!target.startsWith('src/')) return wrongOutside(source, target);
    if (!sources.has(target) && target.endsWith('.ts'))
      return [`${source.path} imports ${target}, which does not exist`];
    const room = roomOf(target);
    if (room === source.room || rankOf(room) < 0 || rankOf(source.room) < 0) return [];
    if (rankOf(room) > rankOf(source.room)) return [`${source.path} imports upwards: ${target}`];
    if (rankOf(room) === rankOf(source.room)) return [`${source.path} imports sideways: ${target}`];
    const door = room === 'kit' || target === `src/${room}.ts` || target === `src/${room}/index.ts`;
    return door ? [] : [`${source.path} imports past the door of ${room}: ${target}`];
  });
}

/** The only source outside `src` is the list of migrations, and only the database knows it. */
function wrongOutside(source: Source, target: string): string[] {
  if (!target.endsWith('.ts')) return [];
  if (source.room === 'database' && target === 'migrations/index.ts') return [];
  return [`${source.path} imports ${target}, which is outside src`];
}

const WORDS: readonly { pattern: RegExp; allowed: (source: Source) => boolean; sentence: string }[] = [
  {
    pattern: /\bprocess\s*\.\s*env\b|\bprocess\s*\[/,
    allowed: ({ room }) => room === 'config',
    sentence: 'reads process.env, which only config may',
  },
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/,
    allowed: ({ path }) => path === 'src/kit/clock.ts',
    sentence: 'reads the time, which only kit/clock.ts may',
  },
  { pattern: /\bMath\s*\.\s*random\b/, allowed: () => false, sentence: 'uses Math.random: take kit/random.ts' },
];

function forbiddenWords(source: Source): string[] {
  const words = WORDS.filter(({ pattern, allowed }) => pattern.test(source.code) && !allowed(source));
  const provider = source.imports.some((name) => name === 'oidc-provider' || name.startsWith('oidc-provider/'));
  const engine =
    provider && source.room !== 'oidc' ? [`${source.path} imports oidc-provider, which only oidc may`] : [];
  return [...words.map(({ sentence }) => `${source.path} ${sentence}`), ...engine];
}

/**
 * A room needs a rank, and one door that opens with its plate: its name, what it owns, what it never does. A file of the
 * composition root is its own door.
 */
function wrongRoom(room: string, sources: Map<string, Source>): string[] {
  if (rankOf(room) < 0) return [`src/${room} has no rank`];
  const file = `src/${room}.ts`;
  const folder = [...sources.keys()].some((path) => path.startsWith(`src/${room}/`));
  if (sources.has(file) && folder) return [`${file} is a second door of src/${room}`];
  if (sources.has(file)) return FILES.includes(room) ? [] : [`${file} is a room without a folder`];
  if (room === 'kit') return [];
  const door = sources.get(`src/${room}/index.ts`);
  if (!door) return [`src/${room} has no door (index.ts)`];
  const plate = /^\/\*\*[\s\S]*?\*\//.exec(door.text)?.[0] ?? '';
  const complete = plate.includes(room) && /\bnever\b/i.test(plate);
  return complete ? [] : [`src/${room}/index.ts does not open with a plate that names the room and what it never does`];
}

/** Each knot of files that import one another in a circle, once. */
function cycles(own: Source[], sources: Map<string, Source>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (source: Source, trail: string[]): void => {
    const from = trail.indexOf(source.path);
    if (from >= 0)
      found.push(`files import one another in a circle: ${[...trail.slice(from), source.path].join(' -> ')}`);
    if (from >= 0 || done.has(source.path)) return;
    for (const target of source.uses.map((path) => sources.get(path))) {
      if (target) visit(target, [...trail, source.path]);
    }
    done.add(source.path);
  };
  for (const source of own) visit(source, []);
  return found;
}

function orphans(own: Source[], sources: Map<string, Source>): string[] {
  const reached = new Set<string>();
  const waiting = [ROOT];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(sources.get(path)?.uses ?? []));
  }
  return own
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => `${path} is imported by nobody that ${ROOT} reaches`);
}
