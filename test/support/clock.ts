import { jest } from '@jest/globals';

const GOES_ON = [
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

/** Moves Date in this process; timers and sockets go on as they are. `useRealClock` takes it back. */
export function pass(seconds: number): void {
  jest.useFakeTimers({ now: Date.now() + seconds * 1000, doNotFake: [...GOES_ON] });
}

/** Back to the present. */
export function useRealClock(): void {
  jest.useRealTimers();
}
