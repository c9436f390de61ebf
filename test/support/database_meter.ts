/** Counts how often the other side waited for PostgreSQL: something went out while nothing was under way. For a line that is never cut. */
export interface DatabaseMeter {
  /** Waits since the last `reset`. */
  waits(): number;
  reset(): void;
  /** Reads what goes by on one connection: chunks from us, and chunks from the server. */
  connection(): { near(chunk: Buffer): void; far(chunk: Buffer): void };
}

/** Reads the messages of protocol 3: Query and Sync ask for an answer, which ReadyForQuery ends. */
export function createDatabaseMeter(): DatabaseMeter {
  let waits = 0;
  let underWay = 0;
  const ask = () => {
    if (underWay === 0) waits += 1;
    underWay += 1;
  };
  const answered = () => {
    underWay -= 1;
  };
  return {
    waits: () => waits,
    reset() {
      waits = 0;
    },
    connection() {
      // The first message of all has no type; it is answered like a query.
      const near = messages({ untyped: true }, (type) => (type === '' || type === 'Q' || type === 'S') && ask());
      const far = messages({ untyped: false }, (type) => type === 'Z' && answered());
      return { near, far };
    },
  };
}

function messages({ untyped }: { untyped: boolean }, take: (type: string) => unknown): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let first = untyped;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const header = first ? 0 : 1;
      if (rest.length < header + 4) return;
      const end = header + rest.readInt32BE(header);
      if (rest.length < end) return;
      take(first ? '' : rest.toString('latin1', 0, 1));
      rest = rest.subarray(end);
      first = false;
    }
  };
}
