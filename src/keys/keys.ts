import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../kit/clock.ts';
import type { KeysDeps } from './deps.ts';
import { loadDerived } from './derived.ts';
import type { Keys } from './door.ts';
import { keepAsLongAsNeeded, readKeys } from './key_store.ts';
import { keyKinds } from './kinds.ts';
import { dueSteps, ofKind, type KeyRow } from './life.ts';
import { openKey, openRing, versionOf } from './ring.ts';
import { createRotation } from './rotation.ts';
import { createSealer, deriveKey } from './sealer.ts';

const KEY_BYTES = 32;
/** Often enough for a change to be everywhere within five seconds: nobody is notified. */
const LOOK_MILLISECONDS = 2000;

/**
 * Opens the keys, making them at the first start; processes that start at once end with the same. Rejects with a sentence
 * for the operator when they were encrypted with a key that is not configured, or one of them is damaged.
 */
export async function openKeys(deps: KeysDeps): Promise<Keys> {
  const { database, encryptionKeys } = deps;
  let { schedule } = deps;
  const { knex } = database;
  const [first] = encryptionKeys;
  if (!first || encryptionKeys.some((key) => key.length !== KEY_BYTES)) {
    throw new TypeError('encryption keys have 32 bytes');
  }
  const sealer = createSealer(encryptionKeys);
  const rotation = createRotation(deps, sealer, () => schedule);
  const derived = await rotation.advance(async (within) => {
    const rows = await readKeys(within);
    for (const row of rows) openKey(sealer, row);
    await keepAsLongAsNeeded(within, schedule);
    // A database of an earlier release goes on with what was computed there from the encryption key.
    return loadDerived(
      within,
      sealer,
      rows.length > 0 ? (purpose) => deriveKey(first, `derived ${purpose}`) : undefined,
    );
  });
  let ring = await openRing(knex, sealer);
  const isDue = (rows: readonly KeyRow[]) =>
    keyKinds.some((kind) => dueSteps(ofKind(rows, kind), now(), schedule).length > 0);

  async function look(): Promise<boolean> {
    const rows = await readKeys(knex);
    if (isDue(rows)) await rotation.advance(async () => {});
    else if (versionOf(rows) === ring.version) return false;
    ring = await openRing(knex, sealer);
    return true;
  }
  return {
    signingKeys: () => structuredClone(ring.signing),
    cookieKeys: () => [...ring.cookie],
    sealer,
    derive: (purpose) => Buffer.from(derived.get(purpose) ?? never(purpose)),
    check: async () => void (await openRing(knex, sealer)),
    look: async () => void (await look()),
    async prepare(next) {
      // What lives longer from now on needs its key for longer. A key that is kept for too long harms nobody.
      await rotation.advance((within) => keepAsLongAsNeeded(within, next));
      return () => void (schedule = next);
    },
    ...watching(look),
  };
}

/** Looks again and again until it is stopped, and tells of one failure after the other only once. Keeps no process alive. */
function watching(look: () => Promise<boolean>): Pick<Keys, 'start' | 'stop'> {
  const stopping = new AbortController();
  let watch = Promise.resolve();
  const watched = async ({ changed, failed }: Parameters<Keys['start']>[0]): Promise<void> => {
    let failing = false;
    let untold = false;
    while (!stopping.signal.aborted) {
      try {
        untold = (await look()) || untold;
        if (untold) changed();
        untold = false;
        failing = false;
      } catch (cause) {
        if (!failing) failed(cause);
        failing = true;
      }
      // Rejects only when stopped, which ends the loop.
      await sleep(LOOK_MILLISECONDS, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
    }
  };
  return {
    start: (told) => void (watch = watched(told)),
    async stop() {
      stopping.abort();
      await watch;
    },
  };
}

function never(purpose: string): never {
  throw new TypeError(`nothing is derived for ${purpose}`);
}
