import { LOCAL_WAY } from '../clients/index.ts';

/**
 * How a login says through which upstream it came: among the methods of the session, where the library keeps it for us. It
 * stays there: no token and no app learns it.
 */
const VIA = 'via:';

/** The methods of a session (`amr`), with the upstream if there was one. */
export function methodsWithWay(amr: readonly string[], upstreamId?: string): string[] {
  return upstreamId === undefined ? [...amr] : [...amr, VIA + upstreamId];
}

/** The methods without it. */
export function methodsWithoutWay(amr: readonly string[]): string[] {
  return amr.filter((method) => !method.startsWith(VIA));
}

/** The upstream through which a session came, if it came through one. */
export function upstreamOf(amr: readonly string[] = []): string | undefined {
  return amr.find((method) => method.startsWith(VIA))?.slice(VIA.length);
}

/** The way by which a session was made: the id of an upstream, or `local`. Undefined for one of which that is not known. */
export function wayOf(amr: readonly string[] = []): string | undefined {
  return upstreamOf(amr) ?? (amr.includes('fed') || amr.length === 0 ? undefined : LOCAL_WAY);
}
