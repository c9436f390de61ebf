import { AsyncLocalStorage } from 'node:async_hooks';
import type { AdapterPayload } from 'oidc-provider';
import type { Step } from '../../database/index.ts';
import type { SecurityEvent } from '../../events/index.ts';

/** What a request wants to have written, and what tells of it. */
export interface Unit {
  deed: Step[];
  events: SecurityEvent[];
}

interface Scope {
  /** Artifacts that this request has read or saved, by table and key. */
  stored: Set<string>;
  /** Artifacts that were read along with something else, for whoever asks next. */
  brought: Map<string, AdapterPayload>;
  unit?: Unit;
}

const scope = new AsyncLocalStorage<Scope>();

/**
 * Remembers, for the length of one request, which artifacts it has read. Such an artifact is saved only where it still
 * exists: a session or grant that another request ended in between must not come back to life.
 */
export function inRequestScope<Result>(work: () => Promise<Result>): Promise<Result> {
  return scope.run({ stored: new Set(), brought: new Map() }, work);
}

/**
 * The same, but what is saved is only noted, for whoever then writes it all at once or not at all. What decides something
 * once is not put off: see the adapter.
 */
export async function inOneUnit(work: () => Promise<void>): Promise<Unit> {
  const unit: Unit = { deed: [], events: [] };
  await scope.run({ stored: new Set(), brought: new Map(), unit }, work);
  return unit;
}

/** The unit of this request, if what it saves is written at its end. */
export function currentUnit(): Unit | undefined {
  return scope.getStore()?.unit;
}

/** The same where there must be one: prompts arise nowhere else. */
export function unitOfRequest(): Unit {
  const unit = currentUnit();
  if (!unit) throw new TypeError('a prompt outside of an authorization request');
  return unit;
}

/** Notes that an artifact exists, because it was read or saved. */
export function noteStored(table: string, key: string): void {
  scope.getStore()?.stored.add(`${table} ${key}`);
}

/** Whether this request has read or saved the artifact. */
export function isStored(table: string, key: string): boolean {
  return scope.getStore()?.stored.has(`${table} ${key}`) ?? false;
}

/** Keeps an artifact that was read along with something else, until the library asks for it by its id. */
export function bring(table: string, id: string, payload: AdapterPayload): void {
  scope.getStore()?.brought.set(`${table} ${id}`, payload);
}

/** What was brought, once: whoever asks again reads anew. */
export function takeBrought(table: string, id: string): AdapterPayload | undefined {
  const brought = scope.getStore()?.brought;
  const payload = brought?.get(`${table} ${id}`);
  brought?.delete(`${table} ${id}`);
  return payload;
}
