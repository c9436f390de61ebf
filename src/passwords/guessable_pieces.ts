/** How many characters of a text, from a place on, are guessable; 0 for none. */
export type Finder = (text: string, at: number) => number;

/** Fewer steps along a row are a coincidence. */
const SHORTEST_RUN = 4;
/** What people write for a letter. */
const DISGUISES: Record<string, string> = {
  a: '[a4@]',
  e: '[e3]',
  i: '[i1!]',
  l: '[l1]',
  o: '[o0]',
  s: '[s5$]',
  t: '[t7]',
};
/** A year, or a day of one: `1987`, `19870523`, `23051987`. */
const DATES = String.raw`(?:18|19|20)\d\d(?:[01]\d[0-3]\d)?|[0-3]\d[01]\d(?:19|20)\d\d`;

/** Finds the longest of these pieces, with letters disguised as digits and signs, and dates. */
export function pieceFinder(pieces: readonly string[]): Finder {
  const longestFirst = pieces.toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp([...longestFirst.map(disguised), DATES].join('|'), 'y');
  return (text, at) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };
}

/** Finds the longest stretch of one of these rows: `qwert`, `4567`. */
export function runFinder(rows: readonly string[]): Finder {
  return (text, at) => {
    let longest = 0;
    for (const row of rows) {
      for (let start = row.indexOf(text.charAt(at)); start >= 0; start = row.indexOf(text.charAt(at), start + 1)) {
        longest = Math.max(longest, sharedLength(text, at, row, start));
      }
    }
    return longest < SHORTEST_RUN ? 0 : longest;
  };
}

function sharedLength(text: string, at: number, row: string, start: number): number {
  let length = 0;
  while (at + length < text.length && text[at + length] === row[start + length]) length += 1;
  return length;
}

function disguised(piece: string): string {
  const escaped = piece.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  return escaped.replaceAll(/[aeilost]/g, (letter) => DISGUISES[letter] ?? letter);
}
