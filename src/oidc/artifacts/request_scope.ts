import { AsyncLocalStorage } from 'node:async_hooks';
import type { AdapterPayload } from 'oidc-provider';
import type { Account } from '../../accounts/index.ts';
import type { Step } from '../../database/index.ts';
import type { SecurityEvent } from '../../events/index.ts';

/** What a request wants to have written, and what tells of it. */
export interface Unit {
  deed: DeedStep[];
  events: SecurityEvent[];
}

/** A step that also knows how it is done where it is the only one: together with those of other requests. */
export interface DeedStep extends Step {
  alone?(): Promise<void>;
}

interface Scope {
  /** Artifacts that this request has read or saved, by table and key; of a session, what was read. */
  stored: Map<string, string | undefined>;
  /** What was read along with something else, for whoever asks next. */
  brought: Map<string, () => AdapterPayload>;
  accounts: Map<string, () => Account | undefined>;
  unit?: Unit;
  /** What is being saved while the request goes on. */
  saving?: Promise<unknown>[];
  /** What ends with the request, by the place of its model. */
  ending?: { place: number; step: Step }[];
}

const scope = new AsyncLocalStorage<Scope>();

function emptyScope(): Scope {
  return { stored: new Map(), brought: new Map(), accounts: new Map() };
}

/**
 * Remembers, for the length of one request, which artifacts it has read. Such an artifact is saved only where it still
 * exists: a session or grant that another request ended in between must not come back to life. `overlapping`: what is saved is
 * under way while the work goes on, so that several artifacts wait for the disk together, and what ends, ends at its end and in
 * one transaction; see `allSaved` and `allEndings`.
 */
export function inRequestScope<Result>(work: () => Promise<Result>, { overlapping = false } = {}): Promise<Result> {
  return scope.run({ ...emptyScope(), ...(overlapping && { saving: [], ending: [] }) }, work);
}

/**
 * The same, but what is saved is only noted, for whoever then writes it all at once or not at all. What decides something
 * once is not put off: see the adapter.
 */
export async function inOneUnit(work: () => Promise<void>): Promise<Unit> {
  const unit: Unit = { deed: [], events: [] };
  await scope.run({ ...emptyScope(), unit }, work);
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

/** Waits until it is saved; where saves overlap, `allSaved` does. */
export async function untilSaved(save: Promise<void>): Promise<void> {
  const saving = scope.getStore()?.saving;
  if (!saving) return save;
  // Nobody hears of it before then.
  save.catch(() => {});
  saving.push(save);
}

/** Resolves once everything is saved that is under way; rejects when something could not be. Before, nothing may be answered. */
export async function allSaved(): Promise<void> {
  await Promise.all(scope.getStore()?.saving ?? []);
}

/** Leaves to the end of the request what ends there together; false where it has to end at once. */
export function endsTogether(place: number, step: Step): boolean {
  const ending = scope.getStore()?.ending;
  ending?.push({ place, step });
  return ending !== undefined;
}

/** All that this request ends, in the order of the models: whoever ends a grant locks rows in the same one. */
export function allEndings(): Step[] {
  const ending = scope.getStore()?.ending ?? [];
  return ending.toSorted((one, other) => one.place - other.place).map(({ step }) => step);
}

/** Notes that an artifact exists, because it was read, `as` it was then, or saved. */
export function noteStored(table: string, key: string, as?: string): void {
  const store = scope.getStore();
  store?.stored.set(`${table} ${key}`, as);
  store?.brought.delete(`${table} ${key}`);
}

/** Whether this request has read or saved the artifact. */
export function isStored(table: string, key: string): boolean {
  return scope.getStore()?.stored.has(`${table} ${key}`) ?? false;
}

/** What was noted of an artifact as it was read. */
export function asRead(table: string, key: string): string | undefined {
  return scope.getStore()?.stored.get(`${table} ${key}`);
}

/** Keeps an artifact that was read along with something else, until the library asks for it by its id. */
export function bring(table: string, id: string, open: () => AdapterPayload): void {
  scope.getStore()?.brought.set(`${table} ${id}`, open);
}

/** What was brought, once: whoever asks again reads anew. */
export function takeBrought(table: string, id: string): AdapterPayload | undefined {
  return take(scope.getStore()?.brought, `${table} ${id}`);
}

/** The same for an account. */
export function bringAccount(id: string, open: () => Account | undefined): void {
  scope.getStore()?.accounts.set(id, open);
}

/** The account that was brought, once. */
export function takeBroughtAccount(id: string): Account | undefined {
  return take(scope.getStore()?.accounts, id);
}

function take<Thing>(brought: Map<string, () => Thing> | undefined, key: string): Thing | undefined {
  const open = brought?.get(key);
  brought?.delete(key);
  return open?.();
}
