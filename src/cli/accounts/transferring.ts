import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readCsvLines, readJsonLines, type ImportCounts } from '../../accounts/index.ts';
import { sentenceOf } from '../../kit/errors.ts';
import type { Call, ChangingRooms, Command } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { complain, print } from '../output.ts';
import { showProgress } from '../progress.ts';

/** `accounts import` and `accounts export`. */
export const accountTransfer: Command[] = [
  {
    name: 'accounts import',
    args: '<file or ->',
    takes: { least: 1, most: 1 },
    options: {
      format: { value: ['jsonl', 'csv'], says: 'what the file is, where its name does not say so' },
      'dry-run': { says: 'change nothing, only say what would happen' },
    },
    summary: 'make the accounts of a file; an address that has one is left as it is',
    run: (call) => withRooms(call, (rooms) => importFile(call, rooms)),
  },
  {
    name: 'accounts export',
    takes: { least: 0, most: 0 },
    options: {
      output: { value: 'file', says: 'a new file, instead of standard output' },
      'with-hashes': { says: 'with the hashes of passwords: keep the file as you keep passwords' },
    },
    summary: 'write all accounts as JSON lines that the import reads',
    run: (call) => withRooms(call, (rooms) => exportAll(call, rooms)),
  },
];

async function importFile(call: Call, rooms: ChangingRooms): Promise<number> {
  const source = await openSource(call);
  if (!source.ok) {
    complain(call, source.reason);
    return 1;
  }
  const { bytes, format, size } = source;
  const dryRun = call.flags.has('dry-run');
  const refusals: { line: number; reason: string }[] = [];
  let counts: ImportCounts = { made: 0, unchanged: 0, refused: 0 };
  let read = 0;
  const progress = showProgress(call.io.stderr, () => ({
    share: size === undefined ? undefined : read / size,
    says: sentence(counts, dryRun),
  }));
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      const part = Buffer.from(chunk);
      read += part.length;
      yield part;
    }
  }
  const records = format === 'csv' ? readCsvLines(counted()) : readJsonLines(counted());
  try {
    counts = await rooms.importAccounts(records, {
      dryRun,
      progress: (now) => (counts = now),
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
  print(call, { ...counts, dry_run: dryRun, refusals }, () => sentence(counts, dryRun));
  return counts.refused > 0 ? 1 : 0;
}

function sentence({ made, unchanged, refused }: ImportCounts, dryRun: boolean): string {
  return `${made} ${dryRun ? 'would be made' : 'made'}, ${unchanged} unchanged, ${refused} refused`;
}

type Source =
  | { ok: true; bytes: AsyncIterable<Uint8Array | string>; format: string; size?: number }
  | { ok: false; reason: string };

async function openSource({ io, args, texts }: Call): Promise<Source> {
  const [name = '-'] = args;
  const format = texts['format'] ?? (name.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl');
  if (name === '-') return { ok: true, bytes: io.stdin, format };
  const path = resolve(io.cwd, name);
  try {
    const { size } = await stat(path);
    const file = await open(path);
    return { ok: true, bytes: createReadStream(path, { fd: file }), format, size };
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) };
  }
}

async function exportAll(call: Call, rooms: ChangingRooms): Promise<number> {
  const withHashes = call.flags.has('with-hashes');
  const lines = rooms.exportAccounts({ withHashes });
  const { output } = call.texts;
  if (output === undefined) {
    for await (const page of lines) await written(call, page);
    return 0;
  }
  const path = resolve(call.io.cwd, output);
  let file: FileHandle;
  try {
    // A file that is there is not written over, and what is in this one is nobody else's business.
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    complain(call, sentenceOf(error));
    return 1;
  }
  let accounts = 0;
  const progress = showProgress(call.io.stderr, () => ({ says: `${accounts} accounts` }));
  try {
    for await (const page of lines) {
      await file.appendFile(page);
      accounts += page.split('\n').length - 1;
    }
    await file.sync();
  } finally {
    progress.end();
    await file.close();
  }
  print(call, { file: path, accounts, with_hashes: withHashes }, () => `${accounts} accounts are in ${path}`);
  return 0;
}

/** Waits until whoever reads has taken it: a slow reader must not fill our memory. */
function written({ io }: Call, text: string): Promise<void> {
  return new Promise((resume) => void io.stdout.write(text, () => resume()));
}
