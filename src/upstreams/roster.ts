import { isDeepStrictEqual } from 'node:util';
import { defineUpstream, type UpstreamDefinition } from './definition.ts';
import type { UpstreamsDeps } from './deps.ts';
import { sidesOf, type Sides } from './lifecycle/sides.ts';
import { upstreamMistakes } from './mistakes.ts';
import { openUpstream, type Opening } from './open_upstream.ts';
import { registerCallbacks } from './simulated.ts';
import type { UpstreamSettings } from './settings.ts';
import { lookAfter, type Kept } from './upkeep.ts';
import type { Upstream } from './upstream.ts';

/** Who is an upstream now. */
export interface Roster extends Sides {
  get(id: string): Upstream | undefined;
  all(): Upstream[];
  /**
   * Opens those that are new or were changed, which count from the call of what it resolves with. Whoever stays as they are
   * keeps what was learned of them. Rejects when the settings contradict each other.
   */
  prepare(settings: UpstreamSettings[]): Promise<() => void>;
  /** Looks after them in the background from now on. */
  start(): void;
  /** Resolves when nobody is looked after any more, once all is closed. */
  ended(): Promise<void>;
}

interface Entry {
  upstream: Upstream;
  upkeep: Kept;
  /** Ends the looking after, and no call that is under way. */
  drop: AbortController;
}

type Entries = ReadonlyMap<string, Entry>;

/** Opens every enabled upstream. Throws when the settings contradict each other. */
export async function openRoster(deps: UpstreamsDeps, opening: Opening): Promise<Roster> {
  let live = await openAll(deps, opening, new Map());
  let started = false;
  const background = new Set<Promise<void>>();
  const lookAfterNew = (entries: Iterable<Entry>) => {
    for (const { upkeep } of entries) {
      const work = lookAfter(upkeep).finally(() => background.delete(work));
      background.add(work);
    }
  };
  return {
    get: (id) => live.get(id)?.upstream,
    all: () => [...live.values()].map(({ upstream }) => upstream),
    ...sidesOf((id) => live.get(id)),
    async prepare(settings) {
      const opened = await openAll({ ...deps, settings }, opening, live);
      return () => {
        const before = live;
        live = opened;
        for (const { drop } of missingIn(live, before)) drop.abort();
        if (started) lookAfterNew(missingIn(before, live));
        if (deps.simulator) registerCallbacks(deps.simulator, deps.issuer, settings);
      };
    },
    start() {
      started = true;
      lookAfterNew(live.values());
    },
    ended: async () => void (await Promise.all(background)),
  };
}

function missingIn(others: Entries, entries: Entries): Entry[] {
  return [...entries].flatMap(([id, entry]) => (others.get(id) === entry ? [] : [entry]));
}

async function openAll(deps: UpstreamsDeps, opening: Opening, before: Entries): Promise<Entries> {
  const entries = definitionsOf(deps).map(async (definition): Promise<[string, Entry]> => {
    const known = before.get(definition.id);
    const same = isDeepStrictEqual(known?.upstream.definition, definition);
    return [definition.id, known && same ? known : await open(opening, definition)];
  });
  return new Map(await Promise.all(entries));
}

async function open(opening: Opening, definition: UpstreamDefinition): Promise<Entry> {
  const drop = new AbortController();
  const { upstream, upkeep } = await openUpstream(opening, definition);
  return { upstream, upkeep: { ...upkeep, closed: AbortSignal.any([opening.closed, drop.signal]) }, drop };
}

function definitionsOf({ settings, issuer, mode, ...deps }: UpstreamsDeps): UpstreamDefinition[] {
  const mistake = upstreamMistakes(settings, { issuer, mode }).find(({ warning }) => !warning);
  if (mistake) throw new Error(`upstreams.${mistake.path.join('.')}: ${mistake.message}`);
  const simulator = mode === 'development' ? deps.simulator : undefined;
  return settings
    .filter((entry) => entry.enabled)
    .map((entry) => defineUpstream(entry, { issuer, simulator }))
    .filter((definition) => definition !== undefined);
}
