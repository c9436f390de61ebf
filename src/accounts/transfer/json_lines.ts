import { decode, NOT_UTF8, type ByteStream, type FileRecord } from './file_record.ts';

/** No account needs a hundredth of this. */
const LONGEST_LINE = 1_048_576;
const NEWLINE = 10;

interface Line {
  number: number;
  /** Absent: too long to be held. */
  bytes?: Buffer;
}

/** Reads JSON lines: an object on each, ended by LF or CRLF, blank ones passed over. A line that is none is told and left. */
export async function* readJsonLines(bytes: ByteStream): AsyncGenerator<FileRecord> {
  for await (const { number: line, bytes: held } of linesOf(bytes)) {
    if (!held) {
      yield { line, ok: false, reason: 'is longer than 1 MB' };
      continue;
    }
    // A byte order mark at the very beginning is dropped by decoding.
    const text = decode(held);
    if (text?.trim() === '') continue;
    yield { line, ...(text === undefined ? { ok: false, reason: NOT_UTF8 } : readJsonObject(text)) };
  }
}

/** The members of one JSON object, or why the text is none; the reason repeats nothing of it. */
export function readJsonObject(
  text: string,
): { ok: true; members: Record<string, unknown> } | { ok: false; reason: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ok: true, members: Object.fromEntries(Object.entries(value)) };
    }
  } catch {
    // Said below: what JSON.parse says repeats what it read.
  }
  return { ok: false, reason: 'is no JSON object' };
}

/** The lines of a file, never more than one of them in memory. */
async function* linesOf(bytes: ByteStream): AsyncGenerator<Line> {
  let number = 1;
  let held: Uint8Array[] = [];
  let size = 0;
  const take = (part: Uint8Array) => {
    size += part.length;
    if (size > LONGEST_LINE) held = [];
    else held.push(part);
  };
  const line = (): Line => ({ number, ...(size <= LONGEST_LINE && { bytes: Buffer.concat(held) }) });
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield line();
      [start, number, held, size] = [end + 1, number + 1, [], 0];
    }
    take(chunk.subarray(start));
  }
  if (size > 0) yield line();
}
