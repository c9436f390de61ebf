import { hmac } from '../kit/random.ts';

/**
 * The subject under which clients of one sector know an account (OIDC Core 8.1): keyed, so that nobody without the salt can
 * tell whose it is, and never changing as long as the salt does not.
 */
export function pairwiseSubject(salt: Buffer, sector: string, accountId: string): string {
  return hmac(salt, JSON.stringify([sector, accountId]));
}
