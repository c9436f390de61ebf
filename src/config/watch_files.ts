import { watch, type FSWatcher } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sameVersions, type FileVersions } from './file_versions.ts';

/** What is watched. */
interface Watched {
  /** The files as they are now. */
  present(): FileVersions;
  /** Where they lie: asked anew after each change. */
  folders(): string[];
  /** Called once a change has settled; resolves with the versions that were read, or with nothing when it is to be tried again. */
  changed(): Promise<FileVersions | undefined>;
  /** The versions that are in force at the start. */
  known: FileVersions;
}

/** Watching that has begun. */
export interface FileWatch {
  /** Looks at once, and goes by what it finds even where nothing seems to have changed. */
  look(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** A missed notice must not matter: a network file system sends none. */
const LOOK_MILLISECONDS = 5000;
/** Whoever copies files, or writes one in pieces, does it within this time; what is still changing is waited for. */
const SETTLE_MILLISECONDS = 200;

/**
 * Watches files by their folders, because editors put another file in the place of one, and Kubernetes another link; and looks
 * every few seconds all the same. Tells of a change once it has settled. One at a time.
 */
export function watchFiles(deps: Watched): FileWatch {
  const stopping = new AbortController();
  const { signal } = stopping;
  let known = deps.known;
  let asked = false;
  let noticed = Promise.withResolvers<void>();
  const notice = () => noticed.resolve();
  const settled = async (): Promise<FileVersions> => {
    for (let before = deps.present(); ;) {
      await sleep(SETTLE_MILLISECONDS, undefined, { ref: false, signal });
      const after = deps.present();
      if (sameVersions(before, after)) return after;
      before = after;
    }
  };
  const watching = async (): Promise<void> => {
    let watchers = watchFolders(deps.folders(), notice);
    signal.addEventListener('abort', () => watchers.forEach((watcher) => watcher.close()));
    while (!signal.aborted) {
      // A notice that comes from here on is heard by the next round.
      noticed = Promise.withResolvers();
      const files = await settled();
      if (asked || !sameVersions(known, files)) {
        asked = false;
        known = (await deps.changed()) ?? known;
        for (const watcher of watchers) watcher.close();
        watchers = watchFolders(deps.folders(), notice);
      }
      await within(LOOK_MILLISECONDS, noticed.promise, signal);
    }
  };
  // Rejects only when stopped in the middle of a wait.
  const ended = watching().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    look() {
      asked = true;
      notice();
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Waits for a notice, and for no longer than this. Rejects when stopped. */
async function within(milliseconds: number, noticed: Promise<void>, stopping: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([stopping, waiting.signal]);
  try {
    await Promise.race([noticed, sleep(milliseconds, undefined, { ref: false, signal })]);
  } finally {
    waiting.abort();
  }
}

/** Those that can be watched: looking again and again finds what happens in the others. */
function watchFolders(folders: string[], notice: () => void): FSWatcher[] {
  return folders.flatMap((folder) => {
    try {
      return [watch(folder, { persistent: false }, notice).on('error', notice)];
    } catch {
      return [];
    }
  });
}
