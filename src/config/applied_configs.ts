import { hostname } from 'node:os';
import type { Database } from '../database/index.ts';
import { now } from '../kit/clock.ts';
import { sha256 } from '../kit/random.ts';
import { writtenAt } from './file_versions.ts';
import type { LoadedConfig } from './load.ts';
import { shownSettings, type ShownSettings } from './shown_settings.ts';

/** A configuration that was in force. */
interface AppliedConfig {
  hash: string;
  content: ShownSettings;
  /** When the newest of its files was written. */
  writtenAt: Date;
  appliedAt: Date;
  /** Who applied it last. */
  process: string;
}

/** As many are kept. */
const MOST = 50;

const keep = {
  name: 'applied_configs_keep',
  text: `insert into applied_configs as kept (digest, hash, content, written_at, applied_at, process)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (digest) do update set
           written_at = greatest(kept.written_at, excluded.written_at),
           applied_at = excluded.applied_at, process = excluded.process`,
};

const forget = {
  name: 'applied_configs_forget',
  text: `delete from applied_configs where digest in (
           select digest from applied_configs order by written_at desc, applied_at desc offset $1)`,
};

const last = {
  name: 'applied_configs_last',
  text: `select hash, content, written_at as "writtenAt", applied_at as "appliedAt", process
         from applied_configs order by written_at desc, applied_at desc limit 1`,
};

/**
 * Keeps what this process has applied. A process whose files are older than those of another one becomes none the newer for
 * it: the last is whichever was written last.
 */
export async function keepApplied(
  { run }: Pick<Database, 'run'>,
  { hash, settings, files }: Pick<Extract<LoadedConfig, { ok: true }>, 'hash' | 'settings' | 'files'>,
  salt: Buffer,
): Promise<void> {
  const text = JSON.stringify(shownSettings(settings, salt));
  const at = now();
  await run(keep, [sha256(text), hash, text, writtenAt(files) ?? at, at, `${hostname()} ${process.pid}`]);
  await run(forget, [MOST]);
}

/** The configuration that was applied last; undefined before the first start. */
export async function lastApplied({ run }: Pick<Database, 'run'>): Promise<AppliedConfig | undefined> {
  const { rows } = await run<AppliedConfig>(last, []);
  return rows[0];
}
