import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { claimRules } from '../claim_table.ts';
import { addressMembers } from '../claim_values.ts';
import { decode, NOT_UTF8, type ByteStream, type FileRecord } from './file_record.ts';
import { ownMembers } from './import_line.ts';

/** Beyond this a quote was most likely opened and never closed. */
const LONGEST_RECORD = 16 * 1_048_576;
const NEWLINE = 10;
const MARK = Buffer.from('\uFEFF');
const FLAGS = ['email_verified', 'disabled', 'phone_number_verified'];

/**
 * Every name that may stand in the first line. `groups` holds several, with spaces between; another list has none, and an object
 * has one for each of its members.
 */
const columnNames: readonly string[] = [
  ...ownMembers.filter((name) => name !== 'identities'),
  ...claimRules.flatMap(([name]) => (name === 'address' ? [] : [name])),
  ...addressMembers.map((member) => `address.${member}`),
];

/**
 * Reads CSV (RFC 4180; LF will do) whose first line names the columns. An empty cell is nothing; `true` and `false` are what
 * they say. All else is text and stays as it is, `=1+1` too: nothing here evaluates it. Where quotes do not close, nothing
 * behind them can be told apart any more: reading ends there.
 */
export async function* readCsvLines(bytes: ByteStream): AsyncGenerator<FileRecord> {
  let columns: string[] | undefined;
  // Counted here: the library counts a quoted CRLF twice.
  let [next, empty] = [1, 0];
  try {
    for await (const { record, info } of rowsOf(bytes)) {
      const line = next + info.empty_lines - empty;
      [next, empty] = [record.reduce((count, cell) => count + newlinesIn(cell), line + 1), info.empty_lines];
      const cells = record.map(decode);
      if (columns) {
        yield { line, ...membersOf(columns, cells) };
        continue;
      }
      columns = cells.map((cell) => cell?.trim() ?? '');
      const reason = wrongColumns(columns);
      if (reason !== undefined) return yield { line, ok: false, reason };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = 'begins a record whose quotes stand wrong or never close; nothing from there on was read';
    yield { line: next, ok: false, reason };
  }
}

type Row = { record: Buffer[]; info: Info };

function rowsOf(bytes: ByteStream): AsyncIterable<Row> {
  const parser = parse({
    // Cells come as bytes: what is no UTF-8 must not become something else in silence. (With `bom` they would be text.)
    encoding: null,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  return Readable.from(withoutMark(bytes), { objectMode: false }).compose(parser) as AsyncIterable<Row>; // by the options above
}

/** Leaves out the byte order mark that some spreadsheets put in front. */
async function* withoutMark(bytes: ByteStream): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < MARK.length) continue;
    yield head.subarray(head.indexOf(MARK) === 0 ? MARK.length : 0);
    head = undefined;
  }
  if (head) yield head;
}

function newlinesIn(cell: Buffer): number {
  let count = 0;
  for (let at = cell.indexOf(NEWLINE); at >= 0; at = cell.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

function wrongColumns(columns: string[]): string | undefined {
  const unknown = columns.filter((name) => !columnNames.includes(name));
  if (unknown.length > 0) return `names columns that nobody knows: ${JSON.stringify(unknown.slice(0, 10))}`;
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  return twice === undefined ? undefined : `names the column ${twice} twice`;
}

function membersOf(columns: string[], cells: (string | undefined)[]) {
  if (cells.length !== columns.length) {
    return { ok: false as const, reason: `has ${cells.length} cells for ${columns.length} columns` };
  }
  const members: Record<string, unknown> = {};
  const address: Record<string, string> = {};
  for (const [index, name] of columns.entries()) {
    const cell = cells[index];
    if (cell === undefined) return { ok: false as const, reason: NOT_UTF8 };
    if (name.startsWith('address.')) address[name.slice('address.'.length)] = cell;
    else if (name === 'groups') members[name] = cell.split(/[\s,;]+/).filter((group) => group !== '');
    else members[name] = FLAGS.includes(name) ? flagOf(cell) : cell;
  }
  const hasAddress = Object.values(address).some((cell) => cell !== '');
  return { ok: true as const, members: hasAddress ? { ...members, address } : members };
}

function flagOf(cell: string): boolean | string {
  const word = cell.trim().toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : cell;
}
