import { isDeepStrictEqual } from 'node:util';
import type { SecurityEvent } from '../events/index.ts';
import { now } from '../kit/clock.ts';
import { describeError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';
import { collectGarbage } from './collect_garbage.ts';
import type { FileVersions } from './file_versions.ts';
import { loadConfig, type LoadedConfig } from './load.ts';
import { formatMistakes, type Mistake } from './mistakes.ts';
import type { Settings } from './settings.ts';
import { foldersOf, presentFiles } from './sources.ts';
import { watchFiles, type FileWatch } from './watch_files.ts';

type Config = Extract<LoadedConfig, { ok: true }>;

/** What is in force, and whether a newer file is not. */
interface ConfigState {
  hash: string;
  refused?: { at: Date; reason: Reason; mistakes: number };
}

type Reason = 'mistakes' | 'needs_restart' | 'failed';

/** What following the files needs. */
interface ReloadDeps {
  /** With what the process started. */
  first: Config;
  variables: NodeJS.ProcessEnv;
  cwd: string;
  /** Takes other settings, all of them or, when it rejects, none. */
  apply(settings: Settings): Promise<void>;
  /** Keeps what was applied. */
  keep(config: Config): Promise<void>;
  record(event: SecurityEvent): Promise<void>;
  logger: Logger;
}

/**
 * Follows the files of the configuration. What is wrong in them stops the change and never the process: it goes on with what it
 * has, says where the mistake stands, and tries again with the next change.
 */
export function followConfig(deps: ReloadDeps): FileWatch & { state(): ConfigState } {
  const { first, variables, cwd } = deps;
  const { environment } = first;
  let inForce = first;
  let files = first.files;
  let refused: ConfigState['refused'];

  const refuse = async (reason: Reason, mistakes: readonly Mistake[]): Promise<void> => {
    refused = { at: now(), reason, mistakes: mistakes.length };
    await tellRefused(deps, reason, mistakes);
  };
  const take = async (): Promise<FileVersions> => {
    const loaded = await loadConfig(variables, cwd, inForce.settings);
    files = loaded.files;
    if (!loaded.ok) {
      const bound = loaded.mistakes.every(({ rule }) => rule === 'needs_restart');
      await refuse(bound ? 'needs_restart' : 'mistakes', loaded.mistakes);
      return files;
    }
    // Also where the settings are equal: a picture may be another one.
    await deps.apply(loaded.settings);
    const same = isDeepStrictEqual(loaded.settings, inForce.settings);
    [inForce, refused] = [loaded, undefined];
    // Also a sign of life where the terminal has gone: whoever writes to one that is closed ends.
    if (same) deps.logger.info({ hash: loaded.hash }, 'the configuration was read again, and is the same');
    else await tellApplied(deps, loaded);
    return files;
  };
  const watch = watchFiles({
    known: first.files,
    present: () => presentFiles(environment, files),
    folders: () => foldersOf(environment, files),
    async changed() {
      try {
        const read = await take();
        collectGarbage(inForce.settings);
        return read;
      } catch (cause) {
        // The database may be away: once that is over, the same files can be taken.
        if (refused?.reason === 'failed') return undefined;
        deps.logger.error({ error: describeError(cause) }, 'the changed configuration could not be applied');
        await refuse('failed', []);
        return undefined;
      }
    },
  });
  collectGarbage(first.settings);
  return { ...watch, state: () => ({ hash: inForce.hash, refused }) };
}

async function tellApplied({ keep, logger, record }: ReloadDeps, config: Config): Promise<void> {
  const { hash, warnings } = config;
  logger.info(
    { hash, warnings: warnings.map((warning) => formatMistakes([warning])) },
    'another configuration is in force',
  );
  await record({ type: 'config.applied', outcome: 'ok', detail: { hash } });
  // It is in force, whether or not that can be kept now.
  await keep(config).catch((error: unknown) =>
    logger.warn({ error: describeError(error) }, 'what is in force could not be kept for config plan'),
  );
}

async function tellRefused(
  { logger, record }: ReloadDeps,
  reason: Reason,
  mistakes: readonly Mistake[],
): Promise<void> {
  const lines = mistakes.map((mistake) => formatMistakes([mistake]));
  logger.error({ reason, mistakes: lines }, 'the changed configuration is refused; the one before stays in force');
  const rules = [...new Set(mistakes.map(({ rule }) => rule))].join(' ');
  await record({ type: 'config.refused', outcome: 'refused', reason, detail: { mistakes: mistakes.length, rules } });
}
