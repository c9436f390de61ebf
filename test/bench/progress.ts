/** Says how far a long work is: one line that is written over in a terminal, and one every ten seconds elsewhere. */
export interface Progress {
  /** `share` of what is called `what`, from 0 to 1. */
  at(share: number, what: string): void;
  /** Leaves the line free. */
  end(): void;
}

const WIDTH = 24;
const SILENCE_MILLISECONDS = 10_000;

/** On standard error, so that what is printed can be kept apart. */
export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0;
  let length = 0;
  return {
    at(share, what) {
      const full = Math.round(share * WIDTH);
      const line = `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${(100 * share).toFixed(0).padStart(3)} %  ${what}`;
      if (out.isTTY) {
        out.write(`\r${line.padEnd(length)}`);
        length = line.length;
      } else if (performance.now() - last > SILENCE_MILLISECONDS || last === 0) {
        out.write(`${line}\n`);
        last = performance.now();
      }
    },
    end() {
      if (out.isTTY && length > 0) out.write(`\r${' '.repeat(length)}\r`);
      length = 0;
    },
  };
}
