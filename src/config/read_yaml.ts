import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { Mistake } from './mistakes.ts';
import { parseSparingPlaceholders, type Span } from './spare_placeholders.ts';
import { substitute, type Sources } from './substitute.ts';
import { dotted, type Path, type Place, type Position } from './tree.ts';

/** What one file says. `usable` is false when its structure cannot be trusted. */
export interface Reading {
  usable: boolean;
  value: unknown;
  /** The place of each value, by its path within the file. */
  places: [Path, Place][];
  mistakes: Mistake[];
}

interface Reader {
  position(node: { range?: readonly number[] | null } | null | undefined, otherwise: Position): Position;
  sources: Sources;
  /** Where unquoted placeholders stood: what holds one has no value. */
  unquoted: Span[];
  places: [Path, Place][];
  mistakes: Mistake[];
}

const QUOTE_IT = 'a ${…} inside { } or [ ] must be quoted, because YAML takes its braces for a mapping: "${NAME}"';
const ALIAS = 'anchors and aliases are not supported, so that every value stands where it is used';

/**
 * Parses one YAML 1.2 file and replaces placeholders in its scalars. Duplicate keys, aliases, tags and a second document
 * are mistakes; nothing throws.
 */
export function readYaml(text: string, file: string, sources: Sources): Reading {
  const { document, counter, unquoted } = parseSparingPlaceholders(text);
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const mistakes = [
    ...unquoted.map(([start]) => ({ ...at(start), rule: 'unquoted_substitution', key: '', message: QUOTE_IT })),
    ...syntaxMistakes(document, at),
  ];
  const usable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  if (!usable) return { usable, value: undefined, places: [], mistakes };
  const reader: Reader = {
    position: (node, otherwise) => (node?.range ? at(node.range[0] ?? 0) : otherwise),
    sources,
    unquoted,
    places: [],
    mistakes,
  };
  return { usable, value: read(document.contents, [], at(0), reader), places: reader.places, mistakes };
}

function syntaxMistakes(document: Document, at: (offset: number) => Position): Mistake[] {
  // After the first break of the structure the parser only guesses: what follows would be noise. Duplicate keys break
  // nothing, and are reported where the mapping is read.
  const broken = document.errors.filter((error) => error.code !== 'DUPLICATE_KEY').slice(0, 1);
  return [
    ...broken.map(({ pos, message }) => ({
      ...at(pos[0]),
      rule: 'yaml_syntax',
      key: '',
      message: withoutQuote(message),
    })),
    ...document.warnings.map(({ pos, message }) => ({
      ...at(pos[0]),
      rule: 'yaml_tag',
      key: '',
      message: withoutQuote(message),
    })),
  ];
}

/** The parser ends some sentences with the text it met, which may be a secret. */
function withoutQuote(message: string): string {
  return message.replace(/: .*$/s, '');
}

function read(node: Node | null | undefined, path: Path, fallback: Position, reader: Reader, key?: Position): unknown {
  const value = reader.position(node, fallback);
  const place: Place = { value, key: key ?? value };
  reader.places.push([path, place]);
  if (isMap<Node, Node | null>(node)) return readMap(node.items, path, place, reader);
  if (isSeq<Node | null>(node)) return node.items.map((item, index) => read(item, [...path, index], value, reader));
  if (isAlias(node)) {
    place.broken = true;
    reader.mistakes.push({ ...value, rule: 'yaml_alias', key: dotted(path), message: ALIAS });
    return undefined;
  }
  // `key:` with nothing behind it means the same as no such key.
  if (!isScalar(node) || node.value === null) return undefined;
  const [from, to] = node.range ?? [0, 0];
  if (reader.unquoted.some(([start]) => from <= start && start < to)) {
    place.broken = true;
    return undefined;
  }
  return typeof node.value === 'string' ? readText(node.value, path, place, reader) : node.value;
}

function readMap(pairs: Pair<Node, Node | null>[], path: Path, place: Place, reader: Reader): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const lines = new Map<string, number>();
  for (const pair of pairs) {
    const key = reader.position(pair.key, place.value);
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    if (!name || name === '__proto__') {
      reader.mistakes.push({ ...key, rule: 'unknown_key', key: dotted(path), message: 'a key is a plain name' });
      continue;
    }
    const inner = [...path, name];
    const first = lines.get(name);
    if (first !== undefined) {
      // The first of two equal keys counts, so that nothing else is blamed.
      const message = `this key stands on line ${first} already`;
      reader.mistakes.push({ ...key, rule: 'duplicate_key', key: dotted(inner), message });
      continue;
    }
    lines.set(name, key.line);
    result[name] = read(pair.value, inner, key, reader, key);
  }
  return result;
}

function readText(text: string, path: Path, place: Place, reader: Reader): string | undefined {
  const result = substitute(text, reader.sources);
  if (!result) return text;
  place.source = { text, origin: result.origin };
  if (result.problems.length === 0) return result.value;
  place.broken = true;
  for (const problem of result.problems) reader.mistakes.push({ ...place.value, ...problem, key: dotted(path) });
  return undefined;
}
