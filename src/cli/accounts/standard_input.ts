import { createInterface } from 'node:readline';
import type { CommandIo } from '../command.ts';

const LONGEST = 65_536;

/** Asks whoever sits at the terminal; anything but a whole `yes` is no. */
export async function confirmed({ stdin, stderr }: CommandIo, question: string): Promise<boolean> {
  stderr.write(question);
  const lines = createInterface({ input: stdin });
  for await (const line of lines) return line.trim().toLowerCase() === 'yes';
  return false;
}

/** All that comes on standard input, without the line break at its end; undefined when it is no text or far too long. */
export async function readAll({ stdin }: CommandIo): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LONGEST) return undefined;
    chunks.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
