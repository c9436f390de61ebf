import type { Call } from './command.ts';

/** Prints for a program or for a person. */
export function print(call: Call, json: unknown, text: () => string): void {
  call.io.stdout.write(call.json ? `${JSON.stringify(json, null, 2)}\n` : withNewline(text()));
}

/** Prints what went wrong on standard error: for a program `{ "error": … }` on one line, with what else it may ask for. */
export function complain(call: Pick<Call, 'io' | 'json'>, text: string, facts: object = {}): void {
  call.io.stderr.write(withNewline(call.json ? JSON.stringify({ error: text, ...facts }) : text));
}

/** Prints why nothing was done, and gives the exit code. */
export function refuse(call: Call, reason: string): number {
  complain(call, reason);
  return 1;
}

/** Columns of equal width under their headings; a sentence when there is nothing. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => printable(line[column]).length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values under each other, as `show` commands print one thing. */
export function listing(entries: readonly (readonly [string, string | undefined])[]): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n');
}

/** Values come from strangers too: nothing in them may steer the terminal. */
function printable(value: string | undefined): string {
  return (value ?? '').replace(/\p{C}/gu, '�');
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
