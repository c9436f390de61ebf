import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import { worldWith, type World } from '../cli/world.ts';
import { testDatabase } from '../support/database.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, example]) => example ?? '');
const examples = blocks('yaml');

describe('README.md', () => {
  it('has an example of a client and one of upstreams', () => {
    expect(examples.map((example) => /^\w+/.exec(example)?.[0])).toEqual(['clients', 'upstreams']);
  });

  it.each(examples)('has examples that the config check accepts: %s', async (example) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-readme-'));
    const file = join(folder, 'gatehouse.yaml');
    writeFileSync(file, `issuer: http://localhost:3000\nmode: development\n${example}`);
    const config = await loadConfig(
      { GATEHOUSE_CONFIG: file, PARTNER_SECRET: 'x'.repeat(40), GATEHOUSE_DATA: folder },
      folder,
    );
    rmSync(folder, { recursive: true });
    expect(config.ok ? '' : formatMistakes(config.mistakes)).toBe('');
  });

  it('names files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)|`((?:src|config|docs|views|migrations)\/[^`]+)`/g)];
    const paths = links
      .map(([, link, code]) => link ?? code ?? '')
      .filter((path) => !path.includes('<') && !path.endsWith('/'));
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) expect(() => readFileSync(new URL(`../../${path}`, import.meta.url))).not.toThrow();
  });
});

describe('the accounts of README.md', () => {
  let world: World;
  let test: Awaited<ReturnType<typeof testDatabase>>;
  beforeAll(async () => {
    test = await testDatabase();
    world = worldWith(`issuer: http://localhost:3000\nmode: development\ndatabase: { url: "${test.url}" }\n`);
  });
  afterAll(async () => {
    world.remove();
    await test.drop();
  });

  it('are made, changed and exported by its commands, one after the other', async () => {
    writeFileSync(join(world.cwd, 'people.csv'), blocks('csv').join(''));
    const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [program, ...argv] = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      expect(program).toBe('./gatehouse');
      expect({ line, ...(await world.run(...argv)) }).toMatchObject({ line, code: 0, err: '' });
    }
    const exported = readFileSync(join(world.cwd, 'everybody.jsonl'), 'utf8').trim().split('\n');
    expect(exported.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['4711', '4712']);
  });
});
