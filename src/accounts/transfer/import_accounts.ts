import type { Knex } from 'knex';
import { now } from '../../kit/clock.ts';
import { accountId } from '../../kit/random.ts';
import type { FileRecord } from './file_record.ts';
import { readAccount, type HashFault, type ImportedAccount } from './import_line.ts';
import { insertAccounts, keyOf, readTaken, type NewRow, type Taken } from './import_rows.ts';

/** What importing works with; the hashes belong to the room of passwords, which stands above this one. */
export interface ImportDeps {
  knex: Knex;
  hashFault: HashFault;
  keepHashes(within: Knex, hashes: { accountId: string; passwordHash: string }[]): Promise<unknown>;
}

/** How far an import is, or how it ended. */
export interface ImportCounts {
  made: number;
  unchanged: number;
  refused: number;
}

/** What whoever imports wants to hear. */
export interface ImportWishes {
  /** Only says what would be made. */
  dryRun: boolean;
  refused(line: number, reason: string): void;
  /** Called again and again with the counts so far. */
  progress(counts: ImportCounts): void;
}

/** A line that can be read, and the id that its account has or would get. */
interface Candidate {
  line: number;
  id: string;
  account: ImportedAccount;
}

/** Lines of one transaction: few enough that nobody waits long for its locks. */
const BATCH = 500;

/**
 * Makes the accounts of a file, some hundred in one transaction. An address that has an account is left as it is, so that
 * the same file can be read again; a line that cannot be read, or contradicts what is there, is refused and the next one
 * follows. All are made as by an admin: none of them is a shell.
 */
export async function importAccounts(
  deps: ImportDeps,
  records: AsyncIterable<FileRecord>,
  wishes: ImportWishes,
): Promise<ImportCounts> {
  const counts: ImportCounts = { made: 0, unchanged: 0, refused: 0 };
  const refuse = (line: number, reason: string) => {
    counts.refused += 1;
    wishes.refused(line, reason);
  };
  const settle = async (batch: Candidate[]) => {
    const { made, unchanged } = await settleBatch(deps, batch, { refuse, dryRun: wishes.dryRun });
    counts.made += made;
    counts.unchanged += unchanged;
    wishes.progress({ ...counts });
  };
  const repetition = repetitions();
  let batch: Candidate[] = [];
  for await (const record of records) {
    const { line } = record;
    const read = record.ok ? readAccount(record.members, deps.hashFault) : record;
    const repeats = read.ok ? repetition(read.account, line) : undefined;
    if (!read.ok) refuse(line, read.reason);
    else if (repeats !== undefined) refuse(line, repeats);
    else batch.push({ line, id: read.account.id ?? accountId(), account: read.account });
    if (batch.length < BATCH) continue;
    await settle(batch);
    batch = [];
  }
  await settle(batch);
  return counts;
}

/** Says which earlier line of the file has the same address, id or identity: the first one counts. */
function repetitions(): (account: ImportedAccount, line: number) => string | undefined {
  const seen = new Map<string, number>();
  return ({ id, address, identities }, line) => {
    const keys = [
      ['address', address.canonical],
      ...(id === undefined ? [] : [['id', id]]),
      ...identities.map((key) => ['identity', keyOf(key)]),
    ] as const;
    for (const [what, key] of keys) {
      const earlier = seen.get(`${what} ${key}`);
      if (earlier !== undefined) return `has the ${what} of line ${earlier}`;
    }
    for (const [what, key] of keys) seen.set(`${what} ${key}`, line);
    return undefined;
  };
}

async function settleBatch(
  deps: ImportDeps,
  batch: Candidate[],
  { refuse, dryRun }: { refuse(line: number, reason: string): void; dryRun: boolean },
): Promise<{ made: number; unchanged: number }> {
  if (batch.length === 0) return { made: 0, unchanged: 0 };
  return deps.knex.transaction(async (within) => {
    const taken = await readTaken(
      within,
      batch.map(({ id, account }) => ({ ...account, id })),
    );
    const free: Candidate[] = [];
    let unchanged = 0;
    for (const candidate of batch) {
      const verdict = judge(candidate, taken);
      if (verdict === 'free') free.push(candidate);
      else if (verdict === 'unchanged') unchanged += 1;
      else refuse(candidate.line, verdict.reason);
    }
    const made = dryRun ? free.length : await make(deps, within, free);
    return { made, unchanged: unchanged + free.length - made };
  });
}

function judge({ account }: Candidate, taken: Taken): 'free' | 'unchanged' | { reason: string } {
  const { id, address, identities } = account;
  const owner = taken.addresses.get(address.canonical);
  if (owner !== undefined) {
    if (id === undefined || id === owner) return 'unchanged';
    return { reason: `has the address of the account ${owner}, which has another id` };
  }
  if (id !== undefined && taken.buried.has(id)) return { reason: 'has the id of a deleted account' };
  if (id !== undefined && taken.ids.has(id)) return { reason: 'has the id of an account with another address' };
  if (identities.some((key) => taken.identities.has(keyOf(key))))
    return { reason: 'has an identity of another account' };
  return 'free';
}

/** Returns how many were made: an address that somebody took at this very moment is left to them. */
async function make(deps: ImportDeps, within: Knex, free: Candidate[]): Promise<number> {
  const at = now();
  const rows: NewRow[] = free.map(({ id, account }) => ({ ...account, id, at }));
  const made = await insertAccounts(within, rows);
  const hashes = rows.flatMap(({ id, passwordHash }) =>
    passwordHash !== undefined && made.has(id) ? [{ accountId: id, passwordHash }] : [],
  );
  if (hashes.length > 0) await deps.keepHashes(within, hashes);
  return made.size;
}
