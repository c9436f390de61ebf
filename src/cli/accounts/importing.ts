import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readCsvLines, readJsonLines, type FileRecord, type ImportCounts } from '../../accounts/index.ts';
import { sentenceOf } from '../../kit/errors.ts';
import type { Call, ChangingRooms, Command } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { complain, print } from '../output.ts';
import { showProgress } from '../progress.ts';

/** `accounts import`. */
export const importCommand: Command = {
  name: 'accounts import',
  args: '<file or ->',
  takes: { least: 1, most: 1 },
  options: {
    format: { value: ['jsonl', 'csv'], says: 'what the file is, where its name does not say so' },
    'dry-run': { says: 'change nothing, only say what would happen' },
  },
  summary: 'make the accounts of a file; an address that has one is left as it is',
  run: (call) => withRooms(call, (rooms) => importFile(call, rooms)),
};

async function importFile(call: Call, rooms: ChangingRooms): Promise<number> {
  const source = await openSource(call);
  if (!source.ok) {
    complain(call, source.reason);
    return 1;
  }
  const dryRun = call.flags.has('dry-run');
  const refusals: { line: number; reason: string }[] = [];
  let counts: ImportCounts = { made: 0, unchanged: 0, refused: 0 };
  const progress = showProgress(call.io.stderr, () => ({ share: source.share(), says: sentence(counts, dryRun) }));
  try {
    counts = await rooms.importAccounts(source.records, {
      dryRun,
      progress: (soFar) => (counts = soFar),
      refused(line, reason) {
        if (call.json) refusals.push({ line, reason });
        else progress.tell(`line ${line} ${reason}`);
      },
    });
  } catch (error) {
    complain(
      call,
      `the import stopped: ${sentenceOf(error)}; what was made stays, and the same file can be read again`,
    );
    return 1;
  } finally {
    progress.end();
  }
  // What the database refuses is known some hundred lines later.
  refusals.sort((one, other) => one.line - other.line);
  print(call, { ...counts, dry_run: dryRun, refusals }, () => sentence(counts, dryRun));
  return counts.refused > 0 ? 1 : 0;
}

function sentence({ made, unchanged, refused }: ImportCounts, dryRun: boolean): string {
  return `${made} ${dryRun ? 'would be made' : 'made'}, ${unchanged} unchanged, ${refused} refused`;
}

type Source =
  /** `share`: how much of it was read, where its size is known. */
  { ok: true; records: AsyncIterable<FileRecord>; share(): number | undefined } | { ok: false; reason: string };

async function openSource({ io, args, texts }: Call): Promise<Source> {
  const [name = '-'] = args;
  const format = texts['format'] ?? (name.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl');
  const read = format === 'csv' ? readCsvLines : readJsonLines;
  if (name === '-') return { ok: true, ...counted(io.stdin, undefined, read) };
  const path = resolve(io.cwd, name);
  try {
    const { size } = await stat(path);
    const file = await open(path);
    return { ok: true, ...counted(createReadStream(path, { fd: file }), size, read) };
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) };
  }
}

function counted(
  chunks: AsyncIterable<Uint8Array | string>,
  size: number | undefined,
  read: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<FileRecord>,
) {
  let seen = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const part = Buffer.from(chunk);
      seen += part.length;
      yield part;
    }
  }
  return { records: read(bytes()), share: () => size && seen / size };
}
