import { brokenInvariants } from './invariants.ts';
import { RECOVERED_WITHIN, type Load } from './load/load.ts';
import type { LoadWorld } from './load/world.ts';
import { reportOf, type DrillReport } from './report.ts';

/** How much load, and which. */
export interface LoadWishes {
  /** All choices come from it. */
  seed: number;
  /** How many people are there at a time. */
  lanes: number;
  /** Access tokens may have expired. */
  clockMoves?: boolean;
}

/** What a fault was. */
export interface Struck {
  /** When it was over, or struck last: from then on errors must end. On a clock that never jumps. */
  at: number;
  notes: string[];
}

/** So often everybody is answered before the fault, and after it. */
const BEFORE = 4;

/**
 * Lets people and apps use the world, does to it what should never happen, waits until everybody is served again, and looks
 * whether everything that was acknowledged holds.
 */
export async function underLoad(
  world: LoadWorld,
  wishes: LoadWishes,
  strike: (load: Load) => Promise<Struck>,
): Promise<DrillReport> {
  const load = world.startLoad(wishes);
  try {
    await load.answered(BEFORE);
    const { at, notes } = await strike(load);
    await load.answered(BEFORE);
    const { wrong } = load.journal;
    await load.end();
    wrong.push(...(await brokenInvariants(world)));
    const report = reportOf(load.journal, at, notes);
    if (wrong.length > 0) report.notes.push(...complaintsOf(world));
    if (report.recovered * 1000 > RECOVERED_WITHIN) report.violations.push('errors did not end within a minute');
    return report;
  } finally {
    await load.leave();
  }
}

/** For a fault that ends no process: each request has an answer then, be it a refusal. */
export function complainOfSilence({ journal }: Load, when: string): void {
  const silent = journal.errors.filter(({ status }) => status === 0).length;
  if (silent > 0) journal.wrong.push(`${silent} requests had no answer ${when}`);
}

const OURS = /"code":"internal"|the protocol engine failed/;

/** What the servers say of failures that should not happen. */
function complaintsOf({ gatehouses }: LoadWorld): string[] {
  const lines = gatehouses.flatMap(({ output }) => output().split('\n'));
  return lines.filter((line) => OURS.test(line)).slice(0, 5);
}

/** A watch over what must be told whatever becomes of the database. */
export interface DocumentWatch {
  /** Ends it, with a line about what it saw. What was not told is a violation. */
  end(load: Load): Promise<string>;
}

const DOCUMENTS = ['/.well-known/openid-configuration', '/oidc/jwks'];

/** Asks for discovery and the key set again and again. */
export function watchDocuments({ issuer }: Pick<LoadWorld, 'issuer'>): DocumentWatch {
  const seen = { told: 0, lost: 0, slowest: 0 };
  let ended = false;
  const look = async (path: string) => {
    const begun = performance.now();
    const answer = await fetch(issuer + path).catch(() => undefined);
    await answer?.arrayBuffer();
    seen[answer?.ok ? 'told' : 'lost'] += 1;
    seen.slowest = Math.max(seen.slowest, performance.now() - begun);
  };
  const watching = (async () => {
    while (!ended) {
      await Promise.all(DOCUMENTS.map(look));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async end({ journal }) {
      ended = true;
      await watching;
      if (seen.lost > 0) journal.wrong.push(`discovery or the key set was not told ${seen.lost} times`);
      return `discovery and key set: told ${seen.told} times, slowest ${(seen.slowest / 1000).toFixed(2)} s`;
    },
  };
}
