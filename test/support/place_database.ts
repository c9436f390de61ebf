/**
 * A database of places in MaxMind's format with one network, as small as the format allows. See
 * https://maxmind.github.io/MaxMind-DB/: a binary tree over the bits of an address, data, and metadata behind a marker.
 */
export function placeDatabase(prefix: readonly number[], place: Record<string, unknown>): Buffer {
  const bits = prefix.flatMap((byte) => Array.from({ length: 8 }, (_, index) => (byte >> (7 - index)) & 1));
  // A record is the next node, the number of nodes for "nothing here", or above that a place in the data.
  const found = bits.length + 16;
  const tree = bits.flatMap((bit, index) => {
    const next = index + 1 < bits.length ? index + 1 : found;
    return bit === 1 ? [bits.length, next] : [next, bits.length];
  });
  const records = Buffer.concat(tree.map((record) => unsigned(record, 3)));
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
    database_type: 'Test',
    description: {},
    ip_version: 4,
    languages: [],
    node_count: bits.length,
    record_size: 24,
  };
  return Buffer.concat([
    records,
    Buffer.alloc(16),
    encode(place),
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    encode(metadata),
  ]);
}

function unsigned(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** Texts, numbers, maps and empty lists, each with fewer than 29 bytes or members. */
function encode(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)]);
  if (typeof value === 'number') return Buffer.concat([Buffer.from([0xc4]), unsigned(value, 4)]);
  if (Array.isArray(value)) return Buffer.from([0x00, 0x04]);
  const members = Object.entries(value as object);
  return Buffer.concat([Buffer.from([0xe0 | members.length]), ...members.flat().map(encode)]);
}
