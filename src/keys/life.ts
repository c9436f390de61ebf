import type { KeyKind } from './kinds.ts';
import type { KeySchedule } from './settings.ts';

/** Where a key is in its life; it only ever goes on to the right. */
export type KeyState = 'published' | 'signing' | 'verifying' | 'gone';

/** One key, without what is secret about it. */
export interface KeyRow {
  kind: KeyKind;
  id: string;
  publishedAt: Date;
  /** When it may begin to sign. */
  signsFrom: Date;
  beganAt: Date | null;
  endedAt: Date | null;
  neededSeconds: number;
  retiredAt: Date | null;
}

/** What is to be done about the keys of one kind. */
export type LifeStep = { do: 'make' | 'publish'; key?: undefined } | { do: 'begin' | 'retire'; key: KeyRow };

/** Clocks step by an hour, and the time of an end may come from another clock than the one that looks: both at once. */
const CLOCK_SLACK_SECONDS = 2 * 3600;

/**
 * The state that a row is in. No clock takes part: a step is taken once and stands in the row, so that a clock that steps back
 * revives nothing.
 */
export function stateOf({ beganAt, endedAt, retiredAt }: KeyRow): KeyState {
  if (retiredAt) return 'gone';
  if (endedAt) return 'verifying';
  return beganAt ? 'signing' : 'published';
}

/** From when on a key that signs no more is of no use; undefined for one that may still sign. */
export function uselessFrom({ endedAt, neededSeconds }: KeyRow): Date | undefined {
  return endedAt ? later(endedAt, neededSeconds + CLOCK_SLACK_SECONDS) : undefined;
}

/** What is due for the keys of one kind: without one that signs, one is found or made at once. */
export function dueSteps(rows: readonly KeyRow[], at: Date, schedule: KeySchedule): LifeStep[] {
  const signing = rows.find((row) => stateOf(row) === 'signing');
  const next = nextOf(rows);
  const useless = rows.filter((row) => stateOf(row) === 'verifying' && isPast(uselessFrom(row), at));
  return [...succession(signing, next, at, schedule), ...useless.map((key) => ({ do: 'retire' as const, key }))];
}

function succession(
  signing: KeyRow | undefined,
  next: KeyRow | undefined,
  at: Date,
  { rotateEvery, publishAhead }: KeySchedule,
): LifeStep[] {
  if (next && (!signing || isPast(next.signsFrom, at))) return [{ do: 'begin', key: next }];
  if (!signing) return [{ do: 'make' }];
  if (next || rotateEvery === undefined || !signing.beganAt) return [];
  return isPast(later(signing.beganAt, rotateEvery - publishAhead), at) ? [{ do: 'publish' }] : [];
}

/** The keys of one kind, in the order in which they came. */
export function ofKind<Row extends KeyRow>(rows: readonly Row[], kind: KeyKind): Row[] {
  return rows.filter((row) => row.kind === kind);
}

/** The published key that signs next. */
export function nextOf(rows: readonly KeyRow[]): KeyRow | undefined {
  return rows
    .filter((row) => stateOf(row) === 'published')
    .toSorted((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime())[0];
}

/** A time so many seconds after another one. */
export function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000);
}

function isPast(time: Date | undefined, at: Date): boolean {
  return time !== undefined && time.getTime() <= at.getTime();
}
