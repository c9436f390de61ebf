import { setTimeout as sleep } from 'node:timers/promises';
import type { KeySet } from './engines/key_set.ts';
import type { Line } from './calls/line.ts';
import type { Metadata } from './metadata/metadata.ts';

const LOOK_MILLISECONDS = 30_000;
const KEYS_FRESH_SECONDS = 600;

/** What is kept of one upstream. */
export interface Kept {
  line: Line;
  metadata: Metadata;
  keySet: (url: string) => KeySet;
  closed: AbortSignal;
}

/**
 * Looks after one upstream in the background, now and every 30 seconds, until closed: metadata a day old and keys ten minutes
 * old are fetched anew, so that no page and no login has to wait for them, and after a pause the keys are fetched to find out
 * whether it works again, so that nobody has to be the first. Keeps no process alive.
 */
export async function lookAfter(kept: Kept): Promise<void> {
  while (!kept.closed.aborted) {
    // What went wrong was told where it happened; the next look tries again.
    await look(kept).catch(() => {});
    // Rejects only when closed, which ends the loop.
    await sleep(LOOK_MILLISECONDS, undefined, { ref: false, signal: kept.closed }).catch(() => {});
  }
}

async function look({ line, metadata, keySet }: Kept): Promise<void> {
  if (line.pausedFor() > 0) return;
  // Without a new document the keys of the last one are still worth fetching.
  await metadata.refresh().catch(() => {});
  const jwks = metadata.current()?.endpoints.jwks;
  if (jwks !== undefined) await keySet(jwks).refresh(line.isBroken() ? 0 : KEYS_FRESH_SECONDS);
}
