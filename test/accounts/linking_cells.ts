import type { Linking, LinkingDecision, LinkingFacts, Trust } from '../../src/accounts/linking.ts';

type Standing = NonNullable<LinkingFacts['account']>;

const flags = [true, false];

/** How far an upstream's word goes, the furthest first. */
export const trusts = ['authoritative', 'verified', 'unverified', 'absent'] as const satisfies Trust[];
/** The values of `linking` in the config. */
export const linkings = ['never', 'authoritative', 'verified'] as const satisfies Linking[];

/** Every account that can have the address, and nobody. */
export const standings: readonly (Standing | undefined)[] = [
  undefined,
  ...flags.flatMap((disabled) =>
    flags.flatMap((addressVerified) =>
      flags.flatMap((madeByAdmin) =>
        flags.flatMap((hasIdentityOfUpstream) =>
          flags.flatMap((hasSecondFactor) =>
            flags.map((hasOwnFactor) => ({
              disabled,
              addressVerified,
              madeByAdmin,
              hasIdentityOfUpstream,
              hasSecondFactor,
              hasOwnFactor,
            })),
          ),
        ),
      ),
    ),
  ),
];

/** All facts crossed: every identity known or not, every word of an upstream, every config, every account. */
export function everySituation(): LinkingFacts[] {
  const known = [
    undefined,
    ...flags.flatMap((disabled) => flags.map((addressVerified) => ({ disabled, addressVerified }))),
  ];
  return known.flatMap((identity) =>
    trusts.flatMap((trust) =>
      flags.flatMap((provenByCode) =>
        linkings.flatMap((linking) =>
          standings.map((account) => ({ known: identity, trust, provenByCode, linking, account })),
        ),
      ),
    ),
  );
}

/** What the design says, sentence by sentence and not by the table of the code. */
export function expectedOf({ known, trust, provenByCode, linking, account }: LinkingFacts): LinkingDecision {
  // 1. "The identity is known: sign in. Refused when disabled; check-email first when its address was never verified."
  if (known?.disabled) return 'refuse_disabled';
  if (known) return known.addressVerified ? 'sign_in' : 'verify_address_first';
  // 2. "It brings no usable address: ask for one"; nobody vouches for what is typed, and "unverified verifies nothing".
  if (!provenByCode && trust === 'absent') return 'ask_address';
  if (!provenByCode && trust === 'unverified') return 'code_first';
  // 3. "No account has the address: create."
  if (!account) return 'create_verified';
  // 4. "Disabled, or verified and it already has an identity of this upstream: refuse." No account ever gets a second one.
  const discarded = !account.addressVerified && !account.madeByAdmin;
  if (account.disabled) return 'refuse_neutral';
  if (account.hasIdentityOfUpstream && !discarded) return 'refuse_neutral';
  // 5. "Verified by us: with trust authoritative, linking not never and no second factor: join. Otherwise prove first."
  if (account.addressVerified) {
    const believed =
      (trust === 'authoritative' && linking !== 'never') || (trust === 'verified' && linking === 'verified');
    return (provenByCode || believed) && !account.hasSecondFactor ? 'join' : 'prove_then_join';
  }
  // 6. "A shell is discarded." An admin's account joins "only after their own factor (if they have one) and a mailed code".
  if (discarded) return 'replace_shell';
  if (!provenByCode) return 'code_first';
  return account.hasOwnFactor ? 'prove_then_join' : 'join';
}

const plain: Standing = {
  disabled: false,
  addressVerified: true,
  madeByAdmin: false,
  hasIdentityOfUpstream: false,
  hasSecondFactor: false,
  hasOwnFactor: true,
};
const byAdmin: Standing = { ...plain, addressVerified: false, madeByAdmin: true };

/** The rows of the table in the docs: who has the address, in an admin's words. */
export const localStates: readonly { words: string; account: Standing | undefined }[] = [
  { words: 'nobody', account: undefined },
  { words: 'an account, confirmed', account: plain },
  { words: 'the same, with a second factor', account: { ...plain, hasSecondFactor: true } },
  { words: 'the same, with another identity of this upstream', account: { ...plain, hasIdentityOfUpstream: true } },
  { words: 'a disabled account', account: { ...plain, disabled: true } },
  { words: 'a shell: never confirmed', account: { ...plain, addressVerified: false } },
  { words: 'made by an admin, not confirmed, nothing to sign in with', account: { ...byAdmin, hasOwnFactor: false } },
  { words: 'made by an admin, not confirmed, with a password', account: byAdmin },
];
