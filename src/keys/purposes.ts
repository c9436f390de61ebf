/**
 * What has a secret of its own that outlives every encryption key. Each is 32 random bytes, sealed like the keys.
 */
export const purposes = [
  'account state',
  'deletion codes',
  'demo client',
  'doctor',
  'forms',
  'mailed proofs',
  'rate limits',
] as const;

/** One of them. */
export type Purpose = (typeof purposes)[number];

/** Whether a word on the command line means one of them. */
export function isPurpose(word: string): word is Purpose {
  return (purposes as readonly string[]).includes(word); // the list is narrower than what is asked
}
