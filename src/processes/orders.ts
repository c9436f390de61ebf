import cluster from 'node:cluster';
import type { ToSibling } from './messages.ts';

/** What whoever runs this process wishes of it. */
export interface Orders {
  /** Resolves with the first wish that it stop. */
  stop: Promise<void>;
  /** Whether it stops because another one has taken its place, at the same port. */
  isReplaced(): boolean;
  /** Calls this at every wish that it read its configuration again; a wish that came before is not told. */
  onReread(listener: () => void): void;
  /** Hears no more, and leaves the primary: this process may end. */
  close(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Hears the wish to stop, SIGINT or SIGTERM, and the wish to read again, SIGHUP. With the second wish to stop `endAtOnce` is
 * called. One of several processes hears both of the primary, too, and the primary alone decides when there has been enough
 * waiting: a terminal, or a supervisor of the system, sends its signal to all of them at once.
 */
export function hearOrders(endAtOnce: () => void): Orders {
  const stop = Promise.withResolvers<void>();
  let wished = false;
  let replaced = false;
  let read = () => {};
  const wish = () => {
    if (wished && cluster.isPrimary) endAtOnce();
    wished = true;
    stop.resolve();
  };
  const hear = ({ say }: ToSibling) => {
    replaced ||= say === 'replaced';
    if (say === 'stop' || say === 'replaced') wish();
    if (say === 'end') endAtOnce();
    if (say === 'reread') read();
  };
  const reread = () => read();
  for (const signal of SIGNALS) process.on(signal, wish);
  process.on('SIGHUP', reread);
  process.on('SIGUSR2', goOn);
  if (cluster.worker) {
    // Otherwise node ends it in the middle of its work when the primary is gone.
    cluster.worker.exitedAfterDisconnect = true;
    process.on('message', hear).on('disconnect', wish);
  }
  return {
    stop: stop.promise,
    isReplaced: () => replaced,
    onReread: (listener) => void (read = listener),
    close() {
      for (const signal of SIGNALS) process.off(signal, wish);
      process.off('SIGHUP', reread);
      process.off('SIGUSR2', goOn);
      process.off('message', hear).off('disconnect', wish);
      if (cluster.isWorker && process.connected) process.disconnect();
    },
  };
}

/** What others are replaced by concerns their primary alone: whom nobody replaces, node would end at once. */
function goOn(): void {}
