import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedConfig } from '../config/index.ts';
import { describeError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';
import type { Orders } from '../processes/index.ts';

/** The configuration with which a process starts. */
export type Config = Extract<LoadedConfig, { ok: true }>;

/** Where words for people go. */
export interface Output {
  write(text: string): unknown;
}

/** One start of one process. */
export interface Start {
  config: Config;
  env: NodeJS.ProcessEnv;
  cwd: string;
  logger: Logger;
  out: Output;
  orders: Orders;
  /** What was started so far, and how to stop each part, newest last. */
  started: (() => Promise<unknown>)[];
  /** What must be ended when nothing is waited for any more. */
  atOnce: (() => void)[];
}

/** Longer than any part needs that is well: what waits for a mail server or a database that hangs is not waited for. */
const PART_MILLISECONDS = 8000;

/** One part that does not stop must not keep the others from stopping, the embedded PostgreSQL least of all. */
export async function stopAll({ started, logger }: Pick<Start, 'started' | 'logger'>): Promise<void> {
  for (const stop of started.toReversed()) {
    await stop().catch((error: unknown) =>
      logger.error({ error: describeError(error) }, 'a part did not stop cleanly'),
    );
  }
}

/** Rejects when a part has not stopped in time. What it waits for is the database's, where nothing is lost. */
export async function inTime(stopping: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  const late = sleep(PART_MILLISECONDS, undefined, waiting).then(() => {
    throw new Error(`not stopped within ${PART_MILLISECONDS / 1000} s`);
  });
  await Promise.race([stopping, late]).finally(() => waiting.abort());
}
