import { jest } from '@jest/globals';

/** Moves the clock of everything in this process; timers go on as they are. `useRealClock` takes it back. */
export function pass(seconds: number): void {
  const real = [
    'nextTick',
    'setImmediate',
    'setTimeout',
    'setInterval',
    'queueMicrotask',
    'performance',
    'hrtime',
  ] as const;
  jest.useFakeTimers({ now: Date.now() + seconds * 1000, doNotFake: [...real] });
}

/** Back to the present. */
export function useRealClock(): void {
  jest.useRealTimers();
}
