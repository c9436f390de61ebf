import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { docsOf, ruleBook } from '../../src/config/rule_book.ts';
import { corpus } from '../config/corpus.ts';

const file = new URL('../../docs/config-rules.md', import.meta.url);
const root = new URL('../../', import.meta.url).pathname;

/** The page as the code has it. Written anew with UPDATE_DOCS=1. */
function rulesPage(): string {
  const chapters = Object.entries(ruleBook).flatMap(([title, rules]) => [
    `## ${title}`,
    '',
    ...Object.entries(rules).flatMap(([rule, { means, mend, ...level }]) => [
      `### ${rule}`,
      '',
      `${'warning' in level ? 'Warning. ' : ''}${means} ${mend}`,
      '',
    ]),
  ]);
  return [
    '# The rules of the configuration',
    '',
    'Made from `src/config/rule_chapters`; `UPDATE_DOCS=1 npm run check` writes it anew. `./gatehouse config check` reports every mistake at',
    'once: file, line and column, rule, what was found and what is accepted; `--json` adds the link to this page. A mistake stops the',
    'start and the reload. A warning does not: it works, and is unwise.',
    '',
    ...chapters,
  ].join('\n');
}

describe('docs/config-rules.md', () => {
  it('is the rule book of the code', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, rulesPage());
    expect(readFileSync(file, 'utf8')).toBe(rulesPage());
  });

  it('explains every rule that the code can report', () => {
    const sources = globSync('src/{config,clients,oidc,upstreams,sign_in,web}/**/*.ts', { cwd: root });
    const named = sources.flatMap((source) => {
      const text = readFileSync(`${root}${source}`, 'utf8');
      return [...text.matchAll(/\brule: '([a-z_]+)'/g)].map((match) => match[1] ?? '');
    });
    expect(named.length).toBeGreaterThan(60);
    expect(new Set(named.filter((rule) => docsOf(rule) === undefined))).toEqual(new Set());
  });

  it('explains each rule once, so that a link leads to one place', () => {
    const rules = Object.values(ruleBook).flatMap((chapter) => Object.keys(chapter));
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  it('explains nothing that nobody reports: each rule has a broken configuration in the corpus', () => {
    // Only a running process reports a change that it cannot take: see reload.test.ts.
    const met = new Set(['needs_restart']);
    for (const line of corpus.flatMap(({ mistakes, warnings }) => [...mistakes, ...warnings]))
      met.add(line.split(' ')[1] ?? '');
    const rules = Object.values(ruleBook).flatMap((chapter) => Object.keys(chapter));
    expect(rules.filter((rule) => !met.has(rule))).toEqual([]);
  });
});
