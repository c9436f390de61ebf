/** One thing that is wrong in the configuration, with the place to mend it. Never holds a secret. */
export interface Mistake {
  /** Path as an editor can open it, or `environment` for a variable. */
  file: string;
  /** From 1; 0 when the mistake has no place in a file. */
  line: number;
  column: number;
  /** Stable id of the rule that was broken, in snake_case. */
  rule: string;
  /** Dotted path of the key, empty for a whole file. */
  key: string;
  message?: string;
  found?: string;
  accepted?: string;
  suggestion?: string;
  /** Where the rule is explained. */
  docs?: string | undefined;
}

/** One line per mistake: `file:line:column rule key: why; found …; accepted: …; did you mean …?` */
export function formatMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(formatMistake).join('\n');
}

function formatMistake(mistake: Mistake): string {
  const place = mistake.line > 0 ? `${mistake.file}:${mistake.line}:${mistake.column}` : mistake.file;
  const facts = [
    mistake.message,
    mistake.found === undefined ? undefined : `found ${mistake.found}`,
    mistake.accepted === undefined || isMisspelt(mistake) ? undefined : `accepted: ${mistake.accepted}`,
    mistake.suggestion === undefined ? undefined : `did you mean ${mistake.suggestion}?`,
  ].filter((fact) => fact !== undefined);
  return `${place} ${mistake.rule}${mistake.key ? ` ${mistake.key}` : ''}: ${facts.join('; ')}`;
}

/** Who is told the key that was meant needs no list of all others. */
function isMisspelt({ rule, suggestion }: Mistake): boolean {
  return rule === 'unknown_key' && suggestion !== undefined;
}

/** In the order in which a reader meets them: file by file, from top to bottom. */
export function sortMistakes(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.rule.localeCompare(b.rule),
  );
}

/** The candidate that `word` most likely stands for, or undefined when none is near enough to be a slip of the keyboard. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase().replaceAll('-', '_'), candidate.toLowerCase());
    if (distance <= limit && (!best || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let cost = Math.min(at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + same);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1);
      }
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
