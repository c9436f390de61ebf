import { modules } from './modules/index.ts';
import type { Plan, Row } from './plans.ts';
import { play, type Outcome, type Result } from './run.ts';
import type { Stage } from './stage.ts';

/** A plan after its run. */
export interface Played {
  plan: string;
  suite: string;
  choices: string;
  /** How many the plan has. */
  of: number;
  modules: (Outcome & { module: string; responseType: string; milliseconds: number })[];
}

interface Options {
  /** One module alone. */
  only?: string;
  say(line: string): void;
}

/** Plays every module of a plan, one after the other, and says a line for each. */
export async function playPlan(stage: Stage, plan: Plan, { only, say }: Options): Promise<Played> {
  say(`\n${plan.suite} ${plan.choices}`.trimEnd());
  const played: Played = {
    plan: plan.name,
    suite: plan.suite,
    choices: plan.choices,
    of: plan.rows.length,
    modules: [],
  };
  for (const row of plan.rows) {
    if (only !== undefined && row.module !== only) continue;
    const module = await playRow(stage, row);
    played.modules.push(module);
    const type = plan.rows.some(({ variant }) => variant.responseType !== row.variant.responseType);
    say(`  ${module.result.padEnd(11)} ${row.module}${type ? ` (${row.variant.responseType})` : ''}`);
    for (const why of module.why) say(`              ${why}`);
  }
  say(`  ${countOf(played)}`);
  return played;
}

async function playRow(stage: Stage, { module, variant }: Row) {
  const begun = performance.now();
  const outcome = await play(stage, variant, modules[module]);
  return {
    module,
    responseType: variant.responseType,
    milliseconds: Math.round(performance.now() - begun),
    ...outcome,
  };
}

const RESULTS: readonly Result[] = ['PASSED', 'WARNING', 'FAILED', 'SKIPPED', 'NOT COVERED'];

/** `35 of 38: 33 PASSED, 2 SKIPPED, 3 NOT COVERED`: what was played, of all that the plan has. */
export function countOf({ of, modules: all }: Played): string {
  const count = (result: Result) => all.filter((module) => module.result === result).length;
  const parts = RESULTS.filter((result) => count(result) > 0).map((result) => `${count(result)} ${result}`);
  return `${all.length - count('NOT COVERED')} of ${of}: ${parts.join(', ')}`;
}

/** One line for each plan, and one sentence for all that did not simply pass. */
export function summaryOf(played: readonly Played[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { modules: all } of played)
    for (const { result, module, why } of all) {
      if (result === 'PASSED') continue;
      const line = `${result} ${module}: ${why.join(' ') || 'nothing is asserted here'}`;
      const names = reasons.get(line) ?? new Set();
      reasons.set(line, names);
    }
  return ['', ...played.map((one) => `${one.plan.padEnd(34)} ${countOf(one)}`), '', ...[...reasons.keys()].toSorted()];
}
