import type { KoaContextWithOIDC } from 'oidc-provider';
import { hmac } from '../kit/random.ts';
import type { OidcDeps } from './deps.ts';

/**
 * The subject under which clients of one sector know an account (OIDC Core 8.1): keyed, so that nobody without the salt can
 * tell whose it is, and never changing as long as the salt does not. Throws without a salt or a sector.
 */
export function pairwiseSubject(salt: Buffer | undefined, sector: unknown, accountId: string): string {
  if (!salt || typeof sector !== 'string') throw new TypeError('pairwise subjects need a salt and a sector');
  return hmac(salt, JSON.stringify([sector, accountId]));
}

/** The subject under which the client of a request knows an account. */
export function subjectFor(
  { subjectSalt }: Pick<OidcDeps, 'subjectSalt'>,
  { oidc: { client } }: KoaContextWithOIDC,
  accountId: string,
): string {
  return client?.subjectType === 'pairwise'
    ? pairwiseSubject(subjectSalt, client.sectorIdentifier, accountId)
    : accountId;
}
