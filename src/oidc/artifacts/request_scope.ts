import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<Set<string>>();

/**
 * Remembers, for the length of one request, which artifacts it has read. Such an artifact is saved only where it still
 * exists: a session or grant that another request ended in between must not come back to life.
 */
export function inRequestScope<Result>(work: () => Promise<Result>): Promise<Result> {
  return scope.run(new Set(), work);
}

/** Notes that an artifact exists, because it was read or saved. */
export function noteStored(table: string, key: string): void {
  scope.getStore()?.add(`${table} ${key}`);
}

/** Whether this request has read or saved the artifact. */
export function isStored(table: string, key: string): boolean {
  return scope.getStore()?.has(`${table} ${key}`) ?? false;
}
