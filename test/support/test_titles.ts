import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** A title is the text that a function follows: `it('...', async () => {`, in tables too. */
const TITLE = /(?:'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`),\s*(?:async\s*)?\(/g;

/** The title of a test or of a group of tests, and the file in which it stands. */
export interface TestTitle {
  file: string;
  title: string;
}

/** Every title in the test files, read from their text. */
export function testTitles(): TestTitle[] {
  const files = readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .toSorted()
    .flatMap((file) => titlesIn(`test/${file}`));
}

function titlesIn(file: string): TestTitle[] {
  const text = readFileSync(new URL(file, root), 'utf8');
  return [...text.matchAll(TITLE)].map(([, single, double, template]) => ({
    file,
    title: (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1'),
  }));
}

/** The titles that carry the id of a line of the catalogue. */
export function titlesOf(id: string, titles: TestTitle[]): TestTitle[] {
  const word = new RegExp(`\\b${id}\\b`);
  return titles.filter(({ title }) => word.test(title));
}
