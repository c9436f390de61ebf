import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { findViolations, type FileMap } from './support/architecture.ts';
import { scan } from './support/source_scanner.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function sourcesBelow(folder: string): FileMap {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}

const plate = (room: string) => `/**\n * ${room}: a room. Never does harm.\n */\n`;

/** A house without fault, small enough to plant one fault in at a time. */
const house: FileMap = {
  'src/main.ts': `import { parts } from './commands.ts';\nimport './cli/index.ts';`,
  'src/commands.ts': `import { serve } from './serve.ts';\nimport type { Parts } from './cli/index.ts';`,
  'src/serve.ts': `import { build } from './app.ts';\nimport './config/index.ts';`,
  'src/app.ts': `import './sign_in/index.ts';\nimport './consent/index.ts';\nimport type { Settings } from './config/index.ts';`,
  'src/cli/index.ts': `${plate('cli')}export {};`,
  'src/config/index.ts': `${plate('config')}export const level = process.env['LOG_LEVEL'];`,
  'src/sign_in/index.ts': `${plate('sign_in')}export * from './login.ts';`,
  'src/sign_in/login.ts': `import { web } from '../web/index.ts';\nimport { now } from '../kit/clock.ts';\nimport type { Oidc } from '../oidc/index.ts';`,
  'src/consent/index.ts': `${plate('consent')}export {};`,
  'src/oidc/index.ts': `${plate('oidc')}import Provider from 'oidc-provider';`,
  'src/web/index.ts': `${plate('web')}export * from './web.ts';`,
  'src/web/web.ts': `import { openDatabase } from '../database/index.ts';\nconst worker = new URL('./worker.ts', import.meta.url);`,
  'src/web/worker.ts': `export const at = new Date(0);`,
  'src/database/index.ts': `${plate('database')}import { migrations } from '../../migrations/index.ts';`,
  'src/kit/clock.ts': `export const now = () => new Date(Date.now());`,
  'migrations/index.ts': `export const migrations = [];`,
};

const faults: [fault: string, planted: FileMap, found: string][] = [
  [
    'an upward import',
    { 'src/web/web.ts': `${house['src/web/web.ts']}\nimport '../oidc/index.ts';` },
    'imports upwards: src/oidc/index.ts',
  ],
  [
    'an upward import of a type',
    { 'src/kit/clock.ts': `import type { Web } from '../web/index.ts';` },
    'imports upwards: src/web/index.ts',
  ],
  [
    'a sideways import',
    { 'src/consent/index.ts': `${plate('consent')}export { login } from '../sign_in/index.ts';` },
    'imports sideways',
  ],
  [
    'an import past a door',
    {
      'src/sign_in/login.ts': `import { x } from '../web/web.ts';\n${house['src/sign_in/login.ts']}`,
    },
    'past the door of web',
  ],
  [
    'a dynamic import past a door',
    { 'src/app.ts': `${house['src/app.ts']}\nawait import('./sign_in/login.ts');` },
    'past the door of sign_in',
  ],
  ['an import of app', { 'src/cli/index.ts': `${plate('cli')}import '../app.ts';` }, 'imports upwards: src/app.ts'],
  ['config and cli meeting', { 'src/cli/index.ts': `${plate('cli')}import '../config/index.ts';` }, 'imports sideways'],
  [
    'an import that leads nowhere',
    { 'src/app.ts': `${house['src/app.ts']}\nimport './nowhere.ts';` },
    'which does not exist',
  ],
  [
    'migrations known elsewhere',
    { 'src/consent/index.ts': `${plate('consent')}import '../../migrations/index.ts';` },
    'outside src',
  ],
  [
    'product code that imports a test',
    { 'src/consent/index.ts': `${plate('consent')}import '../../test/support/database.ts';` },
    'outside src',
  ],
  [
    'a circle of two files',
    { 'src/sign_in/login.ts': `${house['src/sign_in/login.ts']}\nimport type { X } from './index.ts';` },
    'in a circle',
  ],
  ['a circle of one file', { 'src/web/worker.ts': `import './worker.ts';` }, 'in a circle'],
  [
    'a file that nobody imports',
    { 'src/web/forgotten.ts': `export {};` },
    'src/web/forgotten.ts is imported by nobody',
  ],
  [
    'two files that only import each other',
    { 'src/web/a.ts': `import './b.ts';`, 'src/web/b.ts': `` },
    'src/web/b.ts is imported by nobody',
  ],
  ['a room without plate', { 'src/consent/index.ts': `export {};` }, 'src/consent/index.ts does not open with a plate'],
  [
    'a plate that promises nothing',
    { 'src/consent/index.ts': `/** consent: pages. */\nexport {};` },
    'does not open with a plate',
  ],
  ['a room without door', { 'src/mail/mail.ts': `export {};` }, 'src/mail has no door'],
  ['a room without rank', { 'src/helpers/index.ts': plate('helpers') }, 'src/helpers has no rank'],
  ['a file without rank', { 'src/helpers.ts': `export {};` }, 'src/helpers has no rank'],
  ['a room that is a file', { 'src/mail.ts': `export {};` }, 'src/mail.ts is a room without a folder'],
  [
    'a folder beside the file of its name',
    { 'src/app/index.ts': `${plate('app')}export {};` },
    'src/app.ts is a second door of src/app',
  ],
  [
    'an app that serves',
    { 'src/app.ts': `${house['src/app.ts']}\nimport './serve.ts';` },
    'imports upwards: src/serve.ts',
  ],
  [
    'a server that knows its commands',
    { 'src/serve.ts': `${house['src/serve.ts']}\nimport './commands.ts';` },
    'imports upwards: src/commands.ts',
  ],
  [
    'a room that starts the server',
    { 'src/cli/index.ts': `${plate('cli')}import '../serve.ts';` },
    'imports upwards: src/serve.ts',
  ],
  ['process.env outside config', { 'src/web/worker.ts': `const port = process.env['PORT'];` }, 'reads process.env'],
  [
    'oidc-provider outside oidc',
    { 'src/web/worker.ts': `import type { Configuration } from 'oidc-provider';` },
    'imports oidc-provider',
  ],
  ['Date.now outside the clock', { 'src/web/worker.ts': `const at = Date.now();` }, 'reads the time'],
  ['new Date() outside the clock', { 'src/web/worker.ts': `const at = new Date();` }, 'reads the time'],
  ['Math.random', { 'src/kit/clock.ts': `export const id = Math.random();` }, 'uses Math.random'],
];

describe('the architecture', () => {
  it('holds in src', () => {
    expect(findViolations({ ...sourcesBelow('src'), ...sourcesBelow('migrations') })).toEqual([]);
  });

  it('finds nothing in a house without fault', () => {
    expect(findViolations(house)).toEqual([]);
  });

  describe('with app as a folder', () => {
    const { 'src/app.ts': app = '', ...rest } = house;
    const folder: FileMap = {
      ...rest,
      'src/serve.ts': `import './app/index.ts';\nimport './config/index.ts';`,
      'src/app/index.ts': `${plate('app')}export * from './open_app.ts';`,
      'src/app/open_app.ts': app.replaceAll('./', '../'),
    };

    it('is no fault', () => {
      expect(findViolations(folder)).toEqual([]);
    });

    it('has one door, too', () => {
      const past = { ...folder, 'src/serve.ts': `${folder['src/serve.ts']}\nimport './app/open_app.ts';` };
      expect(findViolations(past)).toEqual(['src/serve.ts imports past the door of app: src/app/open_app.ts']);
      const bare = { ...folder, 'src/app/index.ts': `export * from './open_app.ts';` };
      expect(findViolations(bare)).toEqual([expect.stringContaining('does not open with a plate')]);
    });
  });

  it.each(faults)('finds %s, and only that', (_, planted, found) => {
    const violations = findViolations({ ...house, ...planted });
    expect(violations).toContainEqual(expect.stringContaining(found));
    const places = Object.keys(planted).map((file) => dirname(file));
    expect(violations.filter((violation) => !places.some((place) => violation.includes(place)))).toEqual([]);
  });
});

describe('the scanner', () => {
  it('finds every form of import, over several lines and with types', () => {
    const source = `import a from 'a';\nimport type { B } from "b";\nimport {\n  c,\n  type D,\n} from './c.ts';\nimport 'e';
      export * from './f.ts';\nexport { g } from 'g';\nconst h = await import('h');\nconst i = new URL('./i.ts', import.meta.url);`;
    expect(scan(source).imports).toEqual(['a', 'b', './c.ts', 'e', './f.ts', 'g', 'h', './i.ts']);
  });

  it('finds no import and no word in comments, strings, templates and regular expressions', () => {
    const source =
      `// import 'a'\n/* import 'b' Date.now() */\nconst c = "import 'c'"; const d = 'it\\'s Math.random';\n` +
      "const e = `import 'e' Date.now() ${f({ g: `Math.random` })} from 'h'`;\nconst i = /['\"`/*]/.test(j) ? k / l : m / n;\n" +
      'const o = x.replace(/Date.now/g, "");';
    const { imports, code } = scan(source);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/Date\.now|Math\.random/);
    expect(code).toContain('k / l : m / n');
    expect(code).toContain('f({ g:');
  });

  it('sees the code inside a template, and keeps every line where it was', () => {
    const source = 'const a = `\n${Date.now()}\n`;\n/*\n*/ const b = 1;';
    const { code } = scan(source);
    expect(code).toContain('Date.now()');
    expect(code.split('\n')).toHaveLength(source.split('\n').length);
  });
});

/** What outlives a transaction: behind a pooler in transaction mode it would be left to whoever has the connection next. */
const OF_A_SESSION =
  /pg_(?:try_)?advisory_(?:un)?lock(?:_all|_shared)?\b|['"`]\s*(?:un)?listen\s+\w+['"`;]|\bset\s+session\b|\bcreate\s+(?:local\s+)?temp|\bwith\s+hold\b|\bset_config\([^)]*false|['"`]\s*set\s+(?!local\b)\w+\s*(?:=|to\b)/i;

describe('the statements', () => {
  it('leave nothing in a session that is another one after the transaction', () => {
    const sources = Object.entries({ ...sourcesBelow('src'), ...sourcesBelow('migrations') });
    // What stands in comments is for people.
    const code = sources.map(([path, text]) => [path, text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')] as const);
    expect(code.filter(([, text]) => OF_A_SESSION.test(text)).map(([path]) => path)).toEqual([]);
  });

  it.each([
    "knex.raw('select pg_advisory_lock(1)')",
    '`select pg_try_advisory_lock($1)`',
    "client.query('listen changes')",
    "trx.raw('set statement_timeout = 0')",
    "knex.raw('set session characteristics as transaction read only')",
    '`create temp table x (y int)`',
    "`select set_config('role', 'nobody', false)`",
  ])('would be found if they did: %s', (text) => {
    expect(text).toMatch(OF_A_SESSION);
  });
});

describe('the commands for developers', () => {
  const launchers = readdirSync(join(root, 'scripts')).map((file) => readFileSync(join(root, 'scripts', file), 'utf8'));
  const commands = launchers.flatMap((text) => /launch\('(test\/[^']+)'/.exec(text)?.slice(1) ?? []);

  it('read their line in one way', () => {
    expect(commands.length).toBeGreaterThan(7);
    const others = commands.filter((file) => !/\breadLine\(/.test(readFileSync(join(root, file), 'utf8')));
    expect(others).toEqual([]);
    const parsers = Object.entries(sourcesBelow('test')).filter(([, text]) => scan(text).code.includes('parseArgs('));
    expect(parsers.map(([path]) => path)).toEqual(['test/support/command_usage.ts']);
  });

  it.each([
    ['--help', { status: 0, stdout: /^usage: npm run walk/, stderr: /^$/ }],
    ['--nonsense', { status: 2, stdout: /^$/, stderr: /^Unknown option '--nonsense'\nusage: npm run walk.*\n$/ }],
  ] as const)('say with %s how they are used, and nothing of themselves', (word, { status, stdout, stderr }) => {
    const flags = ['--disable-warning=ExperimentalWarning', 'test/walk/walk.ts', word];
    const said = spawnSync(process.execPath, flags, { cwd: root, encoding: 'utf8' });
    expect(said).toMatchObject({
      status,
      stdout: expect.stringMatching(stdout),
      stderr: expect.stringMatching(stderr),
    });
  });
});
