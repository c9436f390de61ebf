import { meets, type Level } from '../clients/index.ts';

/** What an app asks for and hears in `acr` (OpenID Connect EAP ACR Values 1.0). */
const WORDS = { mfa: 'mfa', phr: 'phishing-resistant' } as const satisfies Record<string, Level>;

/** The words that stand in the discovery document. */
export const acrValues: readonly string[] = Object.keys(WORDS);

/** Methods with the mark of a passkey whose person was verified (RFC 8176: software or hardware key). */
const PASSKEYS = ['swk', 'hwk'];
/** What proves the identifier, and what proves beside it. Two of one kind are no two factors. */
const FIRST = ['pwd', 'fed'];
const SECOND = ['otp'];

/**
 * Marks stand among the methods of a session, where the library keeps them for us: no token and no app learns them. This one
 * says that an upstream vouches for so much, where the config trusts its word.
 */
const VOUCHED = 'vouched:';

/** The mark of an upstream's trusted word. */
export function vouchedFor(level: Exclude<Level, 'none'>): string {
  return VOUCHED + level;
}

/** How surely a person was proven by these methods (`amr`, RFC 8176). */
export function levelOf(amr: readonly string[] = []): Level {
  const has = (methods: readonly string[]) => methods.some((method) => amr.includes(method));
  if ((has(PASSKEYS) && amr.includes('user')) || amr.includes(vouchedFor('phishing-resistant'))) {
    return 'phishing-resistant';
  }
  return (has(FIRST) && has(SECOND)) || amr.includes(vouchedFor('mfa')) ? 'mfa' : 'none';
}

/** The `acr` of a session proven by these methods; undefined when that is nothing special. */
export function acrOf(amr: readonly string[]): string | undefined {
  const level = levelOf(amr);
  return Object.entries(WORDS).find(([, named]) => named === level)?.[0];
}

/** The weakest level that answers a request for one of these words: they are alternatives. Undefined for words that are not ours. */
export function levelOfWords(words: readonly string[]): Level | undefined {
  const asked = Object.entries(WORDS).flatMap(([word, level]) => (words.includes(word) ? [level] : []));
  return asked.find((level) => asked.every((other) => meets(other, level)));
}
