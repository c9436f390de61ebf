import { open, unlink, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sentenceOf } from '../../kit/errors.ts';
import type { Call, ChangingRooms, Command } from '../command.ts';
import { withRooms } from '../contexts.ts';
import { complain, print } from '../output.ts';
import { showProgress } from '../progress.ts';

/** `accounts export`. */
export const exportCommand: Command = {
  name: 'accounts export',
  takes: { least: 0, most: 0 },
  options: {
    output: { value: 'file', says: 'a new file, instead of standard output' },
    'with-hashes': { says: 'with the hashes of passwords: keep the file as you keep passwords' },
  },
  summary: 'write all accounts as JSON lines that the import reads',
  run: (call) => withRooms(call, (rooms) => exportAll(call, rooms)),
};

async function exportAll(call: Call, rooms: ChangingRooms): Promise<number> {
  const pages = rooms.exportAccounts({ withHashes: call.flags.has('with-hashes') });
  const { output } = call.texts;
  if (output !== undefined) return exportToFile(call, pages, resolve(call.io.cwd, output));
  for await (const page of pages) await written(call, page);
  return 0;
}

async function exportToFile(call: Call, pages: AsyncIterable<string>, path: string): Promise<number> {
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
    for await (const page of pages) {
      await file.appendFile(page);
      accounts += page.split('\n').length - 1;
    }
    await file.sync();
  } catch (error) {
    // Half a file would pass for a whole one, and stand in the way of the next try.
    await unlink(path);
    complain(call, `the export stopped: ${sentenceOf(error)}; nothing is in ${path}`);
    return 1;
  } finally {
    progress.end();
    await file.close();
  }
  print(call, { file: path, accounts }, () => `${accounts} accounts are in ${path}`);
  return 0;
}

/** Waits until whoever reads has taken it: a slow reader must not fill our memory. */
function written({ io }: Call, text: string): Promise<void> {
  return new Promise((resume) => void io.stdout.write(text, () => resume()));
}
