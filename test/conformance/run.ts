import type { Stage } from './stage.ts';

export type Result = 'PASSED' | 'WARNING' | 'FAILED' | 'SKIPPED' | 'NOT COVERED';

/** How clients prove who they are in a run. */
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** What a plan fixes for a module. */
export interface Variant {
  responseType: string;
  responseMode: 'default' | 'form_post';
  authentication: ClientAuthentication;
  registration: 'static' | 'dynamic';
}

/** One module at work. */
export interface Run {
  stage: Stage;
  variant: Variant;
  /** What should be so, as a sentence; when it is not, the module fails, or is warned of. Returns whether it is so. */
  expect(holds: unknown, sentence: string, otherwise?: 'FAILED' | 'WARNING'): boolean;
}

/** What a module does; it is passed when nothing speaks against it. */
export type Play = (run: Run) => Promise<unknown>;

/** How a module ended, and why. */
export interface Outcome {
  result: Result;
  /** Sentences: what is not as it should be, or why it was skipped. */
  why: string[];
}

/** A module cannot be played here, for this reason. */
export class Skipped extends Error {}

/** Without this nothing further can be checked. */
export class Broken extends Error {}

/** Plays a module to its end; whatever is thrown on the way fails it. */
export async function play(stage: Stage, variant: Variant, module: Play | undefined): Promise<Outcome> {
  if (!module) return { result: 'NOT COVERED', why: [] };
  const failed: string[] = [];
  const warned: string[] = [];
  const run: Run = {
    stage,
    variant,
    expect(holds, sentence, otherwise = 'FAILED') {
      if (!holds) (otherwise === 'FAILED' ? failed : warned).push(sentence);
      return Boolean(holds);
    },
  };
  try {
    await module(run);
  } catch (error) {
    if (error instanceof Skipped) return { result: 'SKIPPED', why: [error.message] };
    failed.push(error instanceof Error ? error.message : String(error));
  }
  if (failed.length > 0) return { result: 'FAILED', why: [...failed, ...warned] };
  return { result: warned.length > 0 ? 'WARNING' : 'PASSED', why: warned };
}

/** As `expect`, where nothing can go on without it. */
export function demand(holds: unknown, sentence: string): asserts holds {
  if (!holds) throw new Broken(sentence);
}
