import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');

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
