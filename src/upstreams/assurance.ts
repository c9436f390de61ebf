import { z } from 'zod';
import { epochSeconds } from '../kit/clock.ts';
import { UpstreamFailure } from './failure.ts';

/** So much an upstream may vouch for, in the words of the levels of clients; `vouchedFor` of oidc knows the same two. */
export type Vouched = 'mfa' | 'phishing-resistant';

const words = z.array(z.string().min(1).max(255)).min(1).optional();

/** Which words of an upstream count for what. All others count for nothing. */
export const trustedWords = z.strictObject({ mfa: words, phishing_resistant: words });

/** What the config file trusts an upstream to say about how it proved somebody. */
export interface TrustedWords {
  trusted_acr?: z.output<typeof trustedWords> | undefined;
  trusted_amr?: z.output<typeof trustedWords> | undefined;
}

/** How far clocks may be apart. */
const SKEW_SECONDS = 60;

/** What a verified ID token vouches for: nothing, unless the config file trusts a word of it (ASVS 5.0 6.8.4). */
export function vouchedBy(
  { trusted_acr, trusted_amr }: TrustedWords,
  said: { acr: unknown; amr: unknown },
): Vouched | undefined {
  const acr = typeof said.acr === 'string' ? [said.acr] : [];
  const amr: unknown[] = Array.isArray(said.amr) ? said.amr : [];
  const says = (level: 'mfa' | 'phishing_resistant') =>
    trusted_acr?.[level]?.some((word) => acr.includes(word)) ||
    trusted_amr?.[level]?.some((word) => amr.includes(word));
  if (says('phishing_resistant')) return 'phishing-resistant';
  return says('mfa') ? 'mfa' : undefined;
}

/** The `acr_values` by which an upstream is asked for so much; undefined where the config file knows no word of it for that. */
export function wordsFor({ trusted_acr }: TrustedWords, need: Vouched | undefined): string | undefined {
  const { mfa = [], phishing_resistant = [] } = trusted_acr ?? {};
  const asked = need === 'mfa' ? [...mfa, ...phishing_resistant] : need ? phishing_resistant : [];
  return asked.length > 0 ? asked.join(' ') : undefined;
}

/** The earliest login there, in seconds since 1970, that answers a request for a fresh one (OIDC Core 3.1.2.1); undefined for any. */
export function freshFrom({
  prompt,
  maxAge,
}: {
  prompt?: string | undefined;
  maxAge?: string | undefined;
}): number | undefined {
  if (prompt === 'login') return epochSeconds();
  return maxAge === undefined ? undefined : epochSeconds() - Number(maxAge);
}

/** Refuses a person who was to sign in anew there and did not. An upstream that does not tell when they did is not asked. */
export function checkLoginTime(authTime: unknown, from: number | undefined): void {
  if (from === undefined || typeof authTime !== 'number') return;
  if (authTime < from - SKEW_SECONDS) throw new UpstreamFailure('login_too_old');
}
