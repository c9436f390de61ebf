import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testTitles, titlesOf } from '../support/test_titles.ts';
import { advisories } from './advisories.ts';
import { catalogue, pending } from './catalogue.ts';

const root = new URL('../../', import.meta.url);
const titles = testTitles();
const done = catalogue.filter(({ id }) => !pending.includes(id));

function read(path: string): string {
  const file = new URL(path, root);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

describe('the catalogue of attacks', () => {
  it('has a test for every line, whose title carries its id', () => {
    expect(done.map(({ id }) => id).filter((id) => titlesOf(id, titles).length === 0)).toEqual([]);
  });

  it('waits for no line that is not there', () => {
    const ids = new Set(catalogue.map(({ id }) => id));
    expect(pending.filter((id) => !ids.has(id))).toEqual([]);
  });
});

/** Both tables as the data and the titles have them. Written anew with UPDATE_DOCS=1. */
function advisoryTables(): string {
  const tests = (id: string) =>
    pending.includes(id) ? [] : [...new Set(titlesOf(id, titles).map(({ file }) => `\`${file}\``))];
  return [
    '# Published advisories, and the tests that keep Gatehouse from repeating them',
    '',
    'Made from `test/attacks/advisories.ts`, `test/attacks/catalogue.ts` and the titles of the tests; `UPDATE_DOCS=1 npm run check` writes',
    'it anew. The first table says which line of the catalogue an advisory belongs to, the second what a line promises and where it is',
    'tested: `jest -t A10` runs the tests of a line. ★ marks a line without which there is no release: `docs/attacks.md` says where its',
    'defence stands.',
    '',
    '| product | advisory | what it taught | line |',
    '|---|---|---|---|',
    ...advisories.map(
      ({ product, ids, lesson, lines }) => `| ${product} | ${ids.join(', ')} | ${lesson} | ${lines.join(', ')} |`,
    ),
    '',
    '| line | promise | tests |',
    '|---|---|---|',
    ...catalogue.map(({ id, gate, promise }) => `| ${gate ? '★' : ''}${id} | ${promise} | ${tests(id).join(', ')} |`),
    '',
  ].join('\n');
}

describe('docs/advisories.md', () => {
  it('is the tables of the data and of the tests', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(new URL('docs/advisories.md', root), advisoryTables());
    expect(read('docs/advisories.md')).toBe(advisoryTables());
  });

  it('leads every advisory to lines of the catalogue, and tells none twice', () => {
    const ids = new Set(catalogue.map(({ id }) => id));
    expect(advisories.flatMap(({ lines }) => lines).filter((line) => !ids.has(line))).toEqual([]);
    const told = advisories.flatMap((advisory) => advisory.ids);
    expect(told.filter((id, index) => told.indexOf(id) !== index || !/^(CVE|GHSA)(-\w{4,}){2,3}$/.test(id))).toEqual(
      [],
    );
  });
});

/** A row of docs/attacks.md: the line, what was taken out and where, and the test that failed. */
const ROW =
  /^\| ([A-H]\d+) \| [^|]+ \| `((?:src|views)\/[\w/]+\.(?:ts|pug))`, `(\w+)` \| `(test\/[\w/]+\.test\.ts)`: ([^|]+) \|$/gm;

describe('docs/attacks.md', () => {
  const rows = [...read('docs/attacks.md').matchAll(ROW)];

  it('has a row for every line without which there is no release', () => {
    const told = new Set(rows.map(([, id]) => id));
    expect(done.filter(({ id, gate }) => gate && !told.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('names defences and tests that exist', () => {
    const lost = rows.filter(
      ([, , place = '', name = '', file = '', title = '']) =>
        !new RegExp(`\\b${name}\\b`).test(read(place)) ||
        !titles.some((known) => known.file === file && known.title === title),
    );
    expect(lost.map(([row]) => row)).toEqual([]);
  });
});
