import { isNativeError } from 'node:util/types';
import type { Logger } from '../kit/logger.ts';

/** Something the process cannot serve without. `check` rejects when it is away. */
export interface Probe {
  name: string;
  check(): Promise<void>;
}

/** The configuration in force by its hash, and whether newer files are not: since when, why, and with how many mistakes. */
export interface ConfigShown {
  hash: string;
  refused?: { at: Date; reason: string; mistakes: number } | undefined;
}

/** What /health/ready answers: nothing but names, and which configuration is in force. */
export interface Readiness {
  /** `stopping`: nothing is wrong, but it takes no more work. */
  status: 'ok' | 'failed' | 'stopping';
  checks: Record<string, 'ok' | 'failed'>;
  config?: string;
  /** A mistake in a file is no reason to take the process away: it serves by what was right. */
  config_refused?: ConfigShown['refused'];
}

const PATIENCE = 3000;

/** Runs all probes at once, each for at most three seconds. Questions that arrive meanwhile share the answer. */
export function createReadiness(deps: {
  probes: Probe[];
  config?: () => ConfigShown;
  logger: Logger;
  stopping?: () => boolean;
  /** In milliseconds. */
  patience?: number;
}): () => Promise<Readiness> {
  const { stopping = () => false } = deps;
  let running: Promise<Readiness> | undefined;
  const statusOf = (well: boolean) => (stopping() ? 'stopping' : well ? 'ok' : 'failed');

  const run = async (): Promise<Readiness> => {
    const results = await Promise.all(
      deps.probes.map(
        async (probe) => [probe.name, await outcome(probe, deps.logger, deps.patience ?? PATIENCE)] as const,
      ),
    );
    const config = deps.config?.();
    return {
      status: statusOf(results.every(([, result]) => result === 'ok')),
      checks: Object.fromEntries(results),
      config: config?.hash,
      config_refused: config?.refused,
    };
  };

  return async () => {
    // Whoever asks in order to send us nobody is not kept waiting for probes.
    if (stopping()) return { status: 'stopping', checks: {} };
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function outcome(probe: Probe, logger: Logger, patience: number): Promise<'ok' | 'failed'> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), patience);
  try {
    await Promise.race([probe.check(), late.promise]);
    return 'ok';
  } catch (error) {
    const reason = isNativeError(error) && 'code' in error ? String(error.code) : 'error';
    logger.warn({ probe: probe.name, reason }, 'not ready');
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
