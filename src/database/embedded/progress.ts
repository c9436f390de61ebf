/** Told in a few words what is going on, for whoever waits. */
export type Progress = (message: string) => void;

/** Tells what goes on, and never falls silent. */
export interface Narrator {
  /** Something worth a line of its own, said at once. */
  tell(message: string): void;
  /** What is being done now: said only when it takes long, and then again and again. */
  doing(message: string): void;
  end(): void;
}

const SILENCE_MS = 1000;

/** Breaks the silence of a long start: says what is being done whenever nothing was said for more than a second. */
export function narrate(progress: Progress): Narrator {
  let current = '';
  let seconds = 0;
  const speak = (): void => {
    seconds += SILENCE_MS / 1000;
    progress(`${current} (${seconds.toFixed(1)} s)`);
  };
  let timer = setInterval(speak, SILENCE_MS);
  return {
    tell(message) {
      progress(message);
      clearInterval(timer);
      timer = setInterval(speak, SILENCE_MS);
    },
    doing(message) {
      current = message;
      seconds = 0;
    },
    end: () => clearInterval(timer),
  };
}
