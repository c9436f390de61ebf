import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { KeysDeps } from './deps.ts';
import { renewDerived } from './derived.ts';
import type { KeyChange, Retired, Rotated, Sealer } from './door.ts';
import { beginToSign, listKeys, lockKeys, publishKey, readKeys, retireKey } from './key_store.ts';
import { keyKinds, type KeyKind } from './kinds.ts';
import { dueSteps, nextOf, ofKind, stateOf, uselessFrom, type KeyRow, type LifeStep } from './life.ts';
import { isPurpose, type Purpose } from './purposes.ts';
import type { KeySchedule } from './settings.ts';

/** Every change of the keys: one transaction under one lock, then an event for each step. */
export interface Rotation {
  /** Does `work`, then takes every step that is due, and nobody else changes anything meanwhile. */
  advance<Result>(work: (within: Knex) => Promise<Result>): Promise<Result>;
  /** Publishes the next key of each of these kinds where none is; one that was published for long enough signs. */
  rotate(wanted: readonly KeyKind[]): Promise<Rotated[]>;
  /** Takes one key out of use: gently, or `now`. */
  retire(id: string, wishes: { now: boolean }): Promise<Retired>;
}

/** What a step needs. */
interface Turn {
  within: Knex;
  sealer: Sealer;
  schedule: KeySchedule;
  tell(type: KeyChange['type'], key: { kind: string; id: string }): void;
}

/** Opens it. */
export function createRotation(
  { database, record }: Pick<KeysDeps, 'database' | 'record'>,
  sealer: Sealer,
  schedule: () => KeySchedule,
): Rotation {
  const inTurn = async <Result>(work: (turn: Turn) => Promise<Result>): Promise<Result> => {
    const told: KeyChange[] = [];
    const tell: Turn['tell'] = (type, { kind, id }) => void told.push({ type, outcome: 'ok', detail: { kind, id } });
    const result = await database.knex.transaction(async (within) => {
      await lockKeys(within);
      return work({ within, sealer, schedule: schedule(), tell });
    });
    for (const change of told) await record(change);
    return result;
  };
  return {
    advance: (work) =>
      inTurn(async (turn) => {
        const result = await work(turn.within);
        for (const kind of keyKinds) await takeDueSteps(turn, kind);
        return result;
      }),
    rotate: (wanted) =>
      inTurn(async (turn) => {
        const rotated: Rotated[] = [];
        for (const kind of wanted) rotated.push(await rotateKind(turn, kind));
        return rotated;
      }),
    retire: (id, wishes) => inTurn((turn) => (isPurpose(id) ? renew(turn, id, wishes) : retire(turn, id, wishes))),
  };
}

async function takeDueSteps(turn: Turn, kind: KeyKind): Promise<void> {
  for (const step of dueSteps(await keysOf(turn, kind), now(), turn.schedule)) await take(turn, kind, step);
}

async function take({ within, sealer, schedule, tell }: Turn, kind: KeyKind, step: LifeStep): Promise<void> {
  const key = step.key ?? (await publishKey(within, sealer, kind, schedule));
  if (step.do === 'make' || step.do === 'begin') await beginToSign(within, key);
  if (step.do === 'retire') await retireKey(within, key);
  tell(eventOf[step.do], key);
}

const eventOf = {
  make: 'keys.created',
  publish: 'keys.published',
  begin: 'keys.signing',
  retire: 'keys.retired',
} as const satisfies Record<LifeStep['do'], KeyChange['type']>;

async function rotateKind(turn: Turn, kind: KeyKind): Promise<Rotated> {
  const before = nextOf(await keysOf(turn, kind));
  await takeDueSteps(turn, kind);
  const waiting = nextOf(await keysOf(turn, kind));
  if (waiting) return { kind, id: waiting.id, state: 'published', changed: !before, signsFrom: waiting.signsFrom };
  if (before) return { kind, id: before.id, state: 'signing', changed: true, signsFrom: now() };
  const key = await publishKey(turn.within, turn.sealer, kind, turn.schedule);
  turn.tell('keys.published', key);
  return { kind, id: key.id, state: 'published', changed: true, signsFrom: key.signsFrom };
}

async function retire(turn: Turn, id: string, wishes: { now: boolean }): Promise<Retired> {
  const key = (await listKeys(turn.within)).find((row) => row.id === id);
  if (!key) return { ok: false, reason: 'unknown' };
  const state = stateOf(key);
  const until = uselessFrom(key);
  if (state === 'gone') return { ok: false, reason: 'gone' };
  if (!wishes.now && state === 'signing') return { ok: false, reason: 'signs' };
  if (!wishes.now && until && until > now()) return { ok: false, reason: 'needed', until };
  const signs = state === 'signing' ? await replace(turn, key.kind) : undefined;
  await retireKey(turn.within, key);
  turn.tell(wishes.now ? 'keys.dropped' : 'keys.retired', key);
  return { ok: true, kind: key.kind, ...(signs !== undefined && { signs }) };
}

/** The next key signs at once, whether or not everybody knows it by now; without one a fresh one does. */
async function replace(turn: Turn, kind: KeyKind): Promise<string> {
  const next = nextOf(await keysOf(turn, kind)) ?? (await publishKey(turn.within, turn.sealer, kind, turn.schedule));
  await beginToSign(turn.within, next);
  turn.tell('keys.signing', next);
  return next.id;
}

async function renew({ within, sealer, tell }: Turn, purpose: Purpose, wishes: { now: boolean }): Promise<Retired> {
  if (!wishes.now) return { ok: false, reason: 'signs' };
  await renewDerived(within, sealer, purpose);
  tell('keys.dropped', { kind: 'derived', id: purpose });
  return { ok: true, kind: 'derived' };
}

async function keysOf({ within }: Turn, kind: KeyKind): Promise<KeyRow[]> {
  return ofKind(await readKeys(within), kind);
}
