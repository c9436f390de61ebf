import type { OidcDeps } from '../deps.ts';

/** What a JWT came from, which it must not say and we need to know when it is brought back. */
export interface Origin {
  accountId: string;
  grantId: string;
  /** It ends with this session. */
  sessionUid?: string | undefined;
}

/** The claim that holds it, for our own eyes: encrypted, and for this one token. */
export const ORIGIN = 'origin';

/** Seals the origin of the token of this id. */
export function sealOrigin({ keys }: Pick<OidcDeps, 'keys'>, jti: string, origin: Origin): string {
  return keys.sealer.seal(JSON.stringify(origin), `origin of token ${jti}`);
}

/** Opens it again. Throws for one that we did not seal, and for that of another token. */
export function openOrigin({ keys }: Pick<OidcDeps, 'keys'>, jti: string, sealed: string): Origin {
  // We wrote it ourselves, or it does not open.
  return JSON.parse(keys.sealer.open(sealed, `origin of token ${jti}`)) as Origin;
}
