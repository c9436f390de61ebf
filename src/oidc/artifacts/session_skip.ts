import { isDeepStrictEqual } from 'node:util';
import type { AdapterPayload } from 'oidc-provider';

/** How much of its life a session may have lived before a use of it begins the life anew. */
const RENEWED_AFTER = 0.05;

/**
 * Whether a session that the library wants to save is as it was read in this request, but for the time of its use, and that has
 * hardly moved. The library saves the session with every authorization; a row that all of them write would be the slowest one.
 */
export function isAsGood(asRead: string | undefined, payload: AdapterPayload, expiresIn = 0): boolean {
  if (asRead === undefined) return false;
  // What was read is JSON of ours.
  const before = JSON.parse(asRead) as AdapterPayload;
  const gained = (payload.exp ?? 0) - (before.exp ?? 0);
  if (gained < 0 || gained >= expiresIn * RENEWED_AFTER) return false;
  const { iat, exp } = before;
  // Through JSON, as it would be stored.
  return isDeepStrictEqual(JSON.parse(JSON.stringify({ ...payload, iat, exp })), before);
}
