/** One record of a file that is imported: what it says, or why it cannot be read. Lines are counted from 1. */
export type FileRecord = { line: number } & (
  | { ok: true; members: Readonly<Record<string, unknown>> }
  | { ok: false; reason: string }
);

/** Bytes of a file as they come. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The text of these bytes, or undefined when they are no UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is said of a record that is no text. */
export const NOT_UTF8 = 'is not UTF-8';
