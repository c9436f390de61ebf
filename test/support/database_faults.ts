import type { Socket } from 'node:net';
import { layDatabaseLine, type DatabaseLine, type Passage } from './database_line.ts';

/** What happens in place of an answer, and whether PostgreSQL had the question. */
export interface Fault {
  name: string;
  when: 'unsent' | 'unanswered';
  strike(near: Socket): void;
}

/** The ways in which PostgreSQL, or the line to it, fails under a statement. */
export const faults: readonly Fault[] = [
  { name: 'the line breaks', when: 'unsent', strike: (near) => near.resetAndDestroy() },
  { name: 'the line breaks behind it', when: 'unanswered', strike: (near) => near.resetAndDestroy() },
  // It is shut down, or its postmaster is gone: it says so and hangs up.
  { name: 'FATAL 57P01', when: 'unsent', strike: (near) => near.end(refusal('FATAL', '57P01')) },
  // A standby that is not promoted yet.
  { name: 'ERROR 25006', when: 'unsent', strike: (near) => near.write(refusal('ERROR', '25006')) },
];

/** A line on which one piece that Gatehouse sends meets a fault. */
export interface FaultyLine extends DatabaseLine {
  /** From now on the piece of this number, counted from 1, meets the fault. */
  arm(fault: Fault, piece: number): void;
  /** Ends that; whether the fault struck. */
  disarm(): boolean;
}

/** Lays it. A piece is a statement, a transaction that is sent at once, or the beginning of a connection. */
export async function layFaultyLine(databaseUrl: string): Promise<FaultyLine> {
  let armed: Fault | undefined;
  let left = 0;
  const struck = (fault: Fault): Passage => {
    armed = undefined;
    return fault.strike;
  };
  const line = await layDatabaseLine(databaseUrl, (from) => {
    if (!armed) return true;
    if (from === 'gatehouse') left -= 1;
    if (left > 0) return true;
    const due = armed.when === 'unsent' ? 'gatehouse' : 'postgres';
    return from === due ? struck(armed) : true;
  });
  return {
    ...line,
    arm(fault, piece) {
      armed = fault;
      left = piece;
    },
    disarm() {
      const missed = armed !== undefined;
      armed = undefined;
      return !missed;
    },
  };
}

/** ErrorResponse, and after an ERROR also ReadyForQuery (PostgreSQL, "Message Formats"). */
function refusal(severity: 'FATAL' | 'ERROR', code: string): Buffer {
  const fields = Buffer.from(`S${severity}\0V${severity}\0C${code}\0Mas a test wants it\0\0`);
  const ready = severity === 'ERROR' ? message('Z', Buffer.from('I')) : Buffer.alloc(0);
  return Buffer.concat([message('E', fields), ready]);
}

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}
