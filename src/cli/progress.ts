import type { CommandIo } from './command.ts';

/** How far something is. */
interface Standing {
  /** From 0 to 1, where it is known. */
  share?: number;
  says: string;
}

/** Tells how far something is until it ends. */
interface Progress {
  /** A line of its own, which the bar does not overwrite. */
  tell(line: string): void;
  end(): void;
}

const WIDTH = 30;
const SILENCE_MS = 2000;
const REDRAW_MS = 100;
const CLEAR = '\r\u001B[K';

/** A bar on a terminal; elsewhere a line every two seconds, so that nobody wonders whether it still runs. */
export function showProgress(out: CommandIo['stderr'], standing: () => Standing): Progress {
  const line = () => lineOf(standing());
  if (!out.isTTY) {
    const timer = setInterval(() => out.write(`${line()}\n`), SILENCE_MS);
    return { tell: (text) => void out.write(`${text}\n`), end: () => clearInterval(timer) };
  }
  const draw = () => void out.write(`${CLEAR}${line()}`);
  const timer = setInterval(draw, REDRAW_MS);
  draw();
  return {
    tell: (text) => void out.write(`${CLEAR}${text}\n`),
    end() {
      clearInterval(timer);
      out.write(CLEAR);
    },
  };
}

function lineOf({ share, says }: Standing): string {
  if (share === undefined) return says;
  const full = Math.round(Math.min(share, 1) * WIDTH);
  const percent = String(Math.floor(Math.min(share, 1) * 100)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent} %  ${says}`;
}
