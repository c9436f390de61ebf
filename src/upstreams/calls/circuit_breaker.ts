import { epochSeconds } from '../../kit/clock.ts';
import { OutboundError } from '../../outbound/index.ts';
import { UpstreamFailure } from '../failure.ts';
import { retryAfterOf } from './retry_after.ts';
import type { LineSettings } from './settings.ts';

/** What an upstream is asked for; a failure of one says nothing about the others. */
export type Step = 'discovery' | 'keys' | 'token' | 'profile';

/** Keeps people away from an upstream that does not work, in this process. */
export interface CircuitBreaker {
  /** Seconds until the upstream is tried again; 0 while calls are let through. */
  pausedFor(): number;
  /** Whether it was paused and has not worked since. */
  isBroken(): boolean;
  /** Makes the call, or throws `circuit_open` at once. After a pause one call goes ahead and the others wait for what it finds. */
  run(step: Step, call: () => Promise<Response>): Promise<Response>;
}

/** Hears of each pause, and of its end. */
export type OnChange = (change: { paused: number; step: Step } | { paused: 0 }) => void;

const DOWN: ReadonlySet<string> = new Set(['network', 'timeout', 'tls']);

/**
 * Opens after so many failures of one step in a row within the window. A failure is a broken line, silence, a certificate
 * that does not hold, 5xx and 429, but for one person's 429, which says nothing; any other answer shows that the upstream
 * works. Closes when the step that broke works.
 */
export function createCircuitBreaker(settings: LineSettings, onChange: OnChange): CircuitBreaker {
  const failedAt = new Map<Step, number[]>();
  let broken: { step: Step; until: number } | undefined;
  let trial: Promise<unknown> | undefined;
  const pausedFor = () => Math.max(0, (broken?.until ?? 0) - epochSeconds());

  function failed(step: Step, isTrial: boolean, retryAfter: number): void {
    // What began before the pause and ends in it says nothing new.
    if (broken && !isTrial) return;
    const since = epochSeconds() - settings.window;
    const recent = [...(failedAt.get(step) ?? []).filter((at) => at > since), epochSeconds()];
    failedAt.set(step, recent);
    if (!isTrial && retryAfter === 0 && recent.length < settings.failures) return;
    failedAt.clear();
    const paused = Math.max(settings.pause, retryAfter);
    broken = { step, until: epochSeconds() + paused };
    onChange({ paused, step });
  }
  function worked(step: Step, isTrial: boolean): void {
    failedAt.delete(step);
    if (!isTrial || broken?.step !== step) return;
    broken = undefined;
    onChange({ paused: 0 });
  }
  async function judged(step: Step, call: () => Promise<Response>, isTrial: boolean): Promise<Response> {
    try {
      const answer = await call();
      if (isOnePersonsLimit(step, answer)) return answer;
      if (answer.status < 500 && answer.status !== 429) worked(step, isTrial);
      else failed(step, isTrial, retryAfterOf(answer));
      return answer;
    } catch (error) {
      if (error instanceof OutboundError && DOWN.has(error.reason)) failed(step, isTrial, 0);
      throw error;
    }
  }
  return {
    pausedFor,
    isBroken: () => broken !== undefined,
    async run(step, call) {
      while (trial) await trial;
      if (pausedFor() > 0) throw new UpstreamFailure('circuit_open');
      const isTrial = broken !== undefined;
      const running = judged(step, call, isTrial);
      if (isTrial) {
        const over = () => {
          trial = undefined;
        };
        trial = running.then(over, over);
      }
      return running;
    },
  };
}

/** Whoever asks for profiles is counted by person at most providers, and one person must not close the door for all. */
function isOnePersonsLimit(step: Step, answer: Response): boolean {
  return step === 'profile' && answer.status === 429;
}
