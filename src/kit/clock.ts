/** The one place that reads the time. Tests move the global Date itself, so that every library moves with us. */

/** The present instant. */
export function now(): Date {
  return new Date();
}

/** Whole seconds since 1970, the unit of every JWT and artifact. */
export function epochSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The instant `seconds` from now; negative values lie in the past. */
export function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}
