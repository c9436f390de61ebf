import { OutboundError } from './outbound_error.ts';

/** Reads a decoded body to its end and stops at the cap, so that neither a long answer nor a small one that unpacks to gigabytes fills the memory. */
export async function readCapped(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  host: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const part of body ?? []) {
    size += part.byteLength;
    if (size > maxBytes) throw new OutboundError('too_large', host);
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
