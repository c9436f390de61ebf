import { describe, expect, it } from '@jest/globals';
import { decideLinking, linkingTable, waysToProve, type LinkingFacts } from '../../src/accounts/linking.ts';
import { everySituation, expectedOf, linkings, trusts } from './linking_cells.ts';

const all = everySituation();
const strangers = all.filter((facts) => !facts.known);
const decided = (facts: LinkingFacts) => decideLinking(facts);
const only = (when: (facts: LinkingFacts) => boolean, from = strangers) => from.filter(when).map(decided);

/** An account of a local person whose address is verified, with nothing else to it. */
const plain = {
  disabled: false,
  addressVerified: true,
  madeByAdmin: false,
  hasIdentityOfUpstream: false,
  hasSecondFactor: false,
  hasOwnFactor: true,
};

describe('the linking rule, in every situation there is', () => {
  it('was given every combination of facts', () => {
    expect(all).toHaveLength(5 * 4 * 2 * 3 * 65);
  });

  it('decides each of them as the design says', () => {
    expect(all.filter((facts) => decideLinking(facts) !== expectedOf(facts))).toEqual([]);
  });

  it('has a row for every situation and no row that decides nothing', () => {
    const rows = new Set(all.map((facts) => decideLinking(facts)));
    expect(rows).toEqual(new Set(linkingTable.map(({ decision }) => decision)));
  });

  it('signs a known identity in, whatever its upstream now says about an address', () => {
    const known = all.filter((facts) => facts.known);
    for (const facts of known) {
      const expected = facts.known?.disabled
        ? 'refuse_disabled'
        : facts.known?.addressVerified
          ? 'sign_in'
          : 'verify_address_first';
      expect(decideLinking(facts)).toBe(expected);
    }
  });

  it('never opens, joins or makes anything on the word of an upstream nobody trusts (A5, A7)', () => {
    const untrusted = only(({ trust, provenByCode }) => trust === 'unverified' && !provenByCode);
    expect(new Set(untrusted)).toEqual(new Set(['code_first']));
  });

  it('does the same for an unproven address whether an account has it or not', () => {
    for (const trust of ['unverified', 'absent'] as const) {
      expect(new Set(only((facts) => facts.trust === trust && !facts.provenByCode)).size).toBe(1);
    }
  });

  it('asks for an address when there is none', () => {
    expect(new Set(only(({ trust, provenByCode }) => trust === 'absent' && !provenByCode))).toEqual(
      new Set(['ask_address']),
    );
  });

  it('never does anything with a disabled account', () => {
    const harmless = ['refuse_neutral', 'code_first', 'ask_address'];
    for (const decision of only(({ account }) => account?.disabled === true)) expect(harmless).toContain(decision);
    for (const decision of only(({ account, provenByCode }) => account?.disabled === true && provenByCode))
      expect(decision).toBe('refuse_neutral');
  });

  it('never joins an address that we did not verify, but to an account of an admin after a code and its own factor', () => {
    for (const facts of strangers.filter(({ account }) => account && !account.addressVerified)) {
      const decision = decideLinking(facts);
      if (decision !== 'join' && decision !== 'prove_then_join') continue;
      expect(facts.account?.madeByAdmin && facts.provenByCode).toBe(true);
      if (facts.account?.hasOwnFactor) expect(decision).toBe('prove_then_join');
    }
  });

  it('never joins past a second factor by itself', () => {
    for (const facts of strangers.filter(({ account }) => account?.hasSecondFactor && account.addressVerified)) {
      expect(decideLinking(facts)).not.toBe('join');
    }
  });

  it('never joins a second identity of one upstream', () => {
    const twice = only(
      ({ account }) => account?.hasIdentityOfUpstream === true && (account.addressVerified || account.madeByAdmin),
    );
    expect(twice).not.toContain('join');
    expect(twice).not.toContain('prove_then_join');
  });

  it('never throws away an account whose address is verified, or that an admin made', () => {
    const kept = only(({ account }) => account !== undefined && (account.addressVerified || account.madeByAdmin));
    expect(kept).not.toContain('replace_shell');
    expect(only(({ account }) => account !== undefined)).not.toContain('create_verified');
  });

  it('lets whoever proves the address of a shell have it, with nothing of the shell', () => {
    const shells = ({ account, trust, provenByCode }: LinkingFacts) =>
      account !== undefined &&
      !account.disabled &&
      !account.addressVerified &&
      !account.madeByAdmin &&
      (provenByCode || ['authoritative', 'verified'].includes(trust));
    expect(new Set(only(shells))).toEqual(new Set(['replace_shell']));
  });

  it('joins by itself only as far as the config lets an upstream', () => {
    const table = trusts.map((trust) =>
      linkings.map((linking) => decideLinking({ trust, linking, provenByCode: false, account: plain })),
    );
    expect(table).toEqual([
      ['prove_then_join', 'join', 'join'],
      ['prove_then_join', 'prove_then_join', 'join'],
      ['code_first', 'code_first', 'code_first'],
      ['ask_address', 'ask_address', 'ask_address'],
    ]);
  });

  it('joins after a mailed code whatever the config says: that is the proof', () => {
    for (const linking of linkings) {
      for (const trust of trusts)
        expect(decideLinking({ trust, linking, provenByCode: true, account: plain })).toBe('join');
    }
  });
});

describe('the ways to prove an account', () => {
  const account = {
    addressVerified: true,
    hasPassword: true,
    hasPasskey: false,
    hasSecondFactor: false,
    upstreams: ['facebook'],
  };

  it('are its password or passkey, a mailed code, and the upstreams that open it', () => {
    expect(waysToProve(account)).toEqual({ password: true, passkey: false, code: true, upstreams: ['facebook'] });
    expect(waysToProve({ ...account, hasPasskey: true }).passkey).toBe(true);
  });

  it('leave the code out where it would stand for a second factor or prove an address nobody verified', () => {
    expect(waysToProve({ ...account, hasSecondFactor: true }).code).toBe(false);
    expect(waysToProve({ ...account, addressVerified: false }).code).toBe(false);
  });
});
