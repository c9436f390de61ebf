/** How far an upstream's word about an address goes. */
export type Trust = 'authoritative' | 'verified' | 'unverified' | 'absent';

/** When an upstream's word alone may join its identity to an account. A key of the upstream's config. */
export type Linking = 'never' | 'authoritative' | 'verified';

/** What is known when somebody returns from an upstream; read in the transaction that acts on it. */
export interface LinkingFacts {
  /** The account this identity already opens. */
  known?: { disabled: boolean; addressVerified: boolean };
  trust: Trust;
  /** A mailed code of this visit, bound to this identity, proved the address. */
  provenByCode: boolean;
  linking: Linking;
  /** The account that has the address. */
  account?: {
    disabled: boolean;
    addressVerified: boolean;
    madeByAdmin: boolean;
    hasIdentityOfUpstream: boolean;
    hasSecondFactor: boolean;
    /** It has a password, a passkey, a second factor or another upstream: something of its own to prove it with. */
    hasOwnFactor: boolean;
  };
}

/** What happens next. */
export type LinkingDecision =
  | 'refuse_disabled'
  | 'refuse_neutral'
  | 'ask_address'
  | 'verify_address_first'
  | 'code_first'
  | 'sign_in'
  | 'create_verified'
  | 'replace_shell'
  | 'join'
  | 'prove_then_join';

type Evidence = 'code' | Trust;

interface Situation {
  identity: 'known' | 'unknown';
  evidence: Evidence;
  linking: Linking;
  /** The known identity's account, else the account that has the address. */
  account: 'none' | 'disabled' | 'verified' | 'shell' | 'admin_unverified';
  sameUpstream: boolean;
  secondFactor: boolean;
  ownFactor: boolean;
}

type Condition = { [Fact in keyof Situation]?: readonly Situation[Fact][] };

/**
 * The linking rule; the first row that fits decides. An address on which only an `unverified` upstream or the person
 * insists always gets a code first, whatever we know of it: the page tells nobody whether an account has it.
 */
export const linkingTable: readonly { rule: number; when: Condition; decision: LinkingDecision }[] = [
  // 1. The identity is known.
  { rule: 1, when: { identity: ['known'], account: ['disabled'] }, decision: 'refuse_disabled' },
  { rule: 1, when: { identity: ['known'], account: ['verified'] }, decision: 'sign_in' },
  { rule: 1, when: { identity: ['known'] }, decision: 'verify_address_first' },
  // 2. It brings no usable address.
  { rule: 2, when: { evidence: ['absent'] }, decision: 'ask_address' },
  // 3 to 6, with an address that nobody vouches for: the mailbox speaks first.
  { rule: 3, when: { evidence: ['unverified'] }, decision: 'code_first' },
  // 3. No account has the address.
  { rule: 3, when: { account: ['none'] }, decision: 'create_verified' },
  // 4. Refuse without saying why.
  { rule: 4, when: { account: ['disabled'] }, decision: 'refuse_neutral' },
  { rule: 4, when: { account: ['verified', 'admin_unverified'], sameUpstream: [true] }, decision: 'refuse_neutral' },
  // 5. We verified the account's address.
  {
    rule: 5,
    when: { account: ['verified'], evidence: ['code'], secondFactor: [false] },
    decision: 'join',
  },
  {
    rule: 5,
    when: {
      account: ['verified'],
      evidence: ['authoritative'],
      linking: ['authoritative', 'verified'],
      secondFactor: [false],
    },
    decision: 'join',
  },
  {
    rule: 5,
    when: { account: ['verified'], evidence: ['verified'], linking: ['verified'], secondFactor: [false] },
    decision: 'join',
  },
  { rule: 5, when: { account: ['verified'] }, decision: 'prove_then_join' },
  // 6. Nobody ever verified the account's address.
  { rule: 6, when: { account: ['shell'] }, decision: 'replace_shell' },
  // An admin's account is no shell: a mailed code first, then its own factor where it has one.
  { rule: 6, when: { account: ['admin_unverified'], evidence: ['authoritative', 'verified'] }, decision: 'code_first' },
  { rule: 6, when: { account: ['admin_unverified'], ownFactor: [true] }, decision: 'prove_then_join' },
  { rule: 6, when: { account: ['admin_unverified'] }, decision: 'join' },
];

/** The decision of the linking rule. Pure: the same facts always give the same answer. */
export function decideLinking(facts: LinkingFacts): LinkingDecision {
  const situation = situationOf(facts);
  const row = linkingTable.find(({ when }) => fits(when, situation));
  // The table is complete (its test enumerates every situation); should it ever have a gap, nobody gets in through it.
  return row?.decision ?? 'refuse_neutral';
}

function situationOf(facts: LinkingFacts): Situation {
  const account = facts.account;
  return {
    identity: facts.known ? 'known' : 'unknown',
    evidence: facts.provenByCode ? 'code' : facts.trust,
    linking: facts.linking,
    account: stateOf(facts.known ? { ...facts.known, madeByAdmin: false } : account),
    sameUpstream: account?.hasIdentityOfUpstream ?? false,
    secondFactor: account?.hasSecondFactor ?? false,
    ownFactor: account?.hasOwnFactor ?? false,
  };
}

function stateOf(account?: {
  disabled: boolean;
  addressVerified: boolean;
  madeByAdmin: boolean;
}): Situation['account'] {
  if (!account) return 'none';
  if (account.disabled) return 'disabled';
  if (account.addressVerified) return 'verified';
  return account.madeByAdmin ? 'admin_unverified' : 'shell';
}

function fits(when: Condition, situation: Situation): boolean {
  return (Object.keys(when) as (keyof Situation)[]).every((fact) => {
    // Each list holds values of its own fact; the union of them is wider than TypeScript can pair here.
    const accepted: readonly unknown[] | undefined = when[fact];
    return accepted === undefined || accepted.includes(situation[fact]);
  });
}

/** How somebody can prove an account on the link page. */
export interface Ways {
  password: boolean;
  passkey: boolean;
  code: boolean;
  /** Ids of the upstreams that already open the account. */
  upstreams: string[];
}

/** The ways to prove an account before an identity joins it. A mailed code stands for neither a second factor nor an unverified address. */
export function waysToProve(account: {
  addressVerified: boolean;
  hasPassword: boolean;
  hasPasskey: boolean;
  hasSecondFactor: boolean;
  upstreams: string[];
}): Ways {
  return {
    password: account.hasPassword,
    passkey: account.hasPasskey,
    code: account.addressVerified && !account.hasSecondFactor,
    upstreams: account.upstreams,
  };
}
