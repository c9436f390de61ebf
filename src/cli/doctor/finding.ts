/** What came of looking at one link of the chain. */
export interface Finding {
  check: string;
  ok: boolean;
  says: string;
  /** What to do about it. */
  mend?: string;
}

/** All right. */
export function fine(check: string, says: string): Finding {
  return { check, ok: true, says };
}

/** Broken, with its mend. */
export function broken(check: string, says: string, mend: string): Finding {
  return { check, ok: false, says, mend };
}
