import { LineCounter, parseDocument, type Document } from 'yaml';

/** Where something stands in a text: its first character, and the first one behind it. */
export type Span = readonly [start: number, end: number];

/** A document without its unquoted placeholders. */
interface Spared {
  document: Document;
  counter: LineCounter;
  unquoted: Span[];
}

/** A whole placeholder on one line, also with another one as its default. */
const PLACEHOLDER = /^\$\{(?:[^{}\n]|\$\{[^{}\n]*\})*\}/;

/**
 * Parses YAML in which a `${NAME}` may stand unquoted inside { } or [ ], where YAML takes its braces for a mapping. Each
 * such placeholder is returned, and is a word of the same length in the document, so that everything else can be read and
 * stands where it stood.
 */
export function parseSparingPlaceholders(text: string): Spared {
  const unquoted: Span[] = [];
  let spared = text;
  for (;;) {
    const counter = new LineCounter();
    const document = parseDocument(spared, { lineCounter: counter, prettyErrors: false });
    const start = document.errors.map(({ pos }) => pos[0] - 1).find((offset) => isPlaceholder(spared, offset));
    if (start === undefined) return { document, counter, unquoted };
    const rest = spared.slice(start);
    // One that never ends takes the rest of its line with it.
    const length = (PLACEHOLDER.exec(rest) ?? /^.*/.exec(rest))?.[0].length ?? rest.length;
    unquoted.push([start, start + length]);
    spared = `${spared.slice(0, start)}${'_'.repeat(length)}${spared.slice(start + length)}`;
  }
}

function isPlaceholder(text: string, offset: number): boolean {
  // `startsWith` takes an offset before the text for its beginning.
  return offset >= 0 && text.startsWith('${', offset);
}
