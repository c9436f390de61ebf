import { describe, expect, it } from '@jest/globals';
import { meets, strongest } from '../../src/clients/index.ts';
import {
  acrOf,
  isEnough,
  levelAsked,
  levelOf,
  publicMethods,
  TRUSTED_DEVICE,
  vouchedFor,
} from '../../src/oidc/assurance.ts';

const MFA = vouchedFor('mfa');
const PHR = vouchedFor('phishing-resistant');

describe('how surely somebody was proven', () => {
  it.each([
    [[], 'none'],
    [['pwd'], 'none'],
    [['fed'], 'none'],
    [['otp'], 'none'],
    [['pwd', 'fed'], 'none'],
    [['otp', 'otp'], 'none'],
    [['pwd', 'via:google'], 'none'],
    [['pwd', 'mfa'], 'none'],
    [['pwd', TRUSTED_DEVICE], 'none'],
    [['pwd', 'otp'], 'mfa'],
    [['fed', 'otp', 'via:google'], 'mfa'],
    [['fed', MFA], 'mfa'],
    [['swk'], 'none'],
    [['user'], 'none'],
    [['pwd', 'hwk'], 'none'],
    [['swk', 'user'], 'phishing-resistant'],
    [['hwk', 'user'], 'phishing-resistant'],
    [['pwd', 'otp', 'swk', 'user'], 'phishing-resistant'],
    [['fed', PHR], 'phishing-resistant'],
  ])('%j is %s (F6)', (amr, level) => {
    expect(levelOf(amr)).toBe(level);
    expect(acrOf(amr)).toBe({ none: undefined, mfa: 'mfa', 'phishing-resistant': 'phr' }[level]);
    const shown = publicMethods(amr);
    expect(shown.includes('mfa')).toBe(level !== 'none' || amr.includes('mfa'));
    expect(shown.some((method) => method.includes(':') || method === TRUSTED_DEVICE)).toBe(false);
    expect(publicMethods(shown)).toEqual(shown);
  });

  it('is enough for an account by a trusted browser, and for nobody else', () => {
    const trusted = ['pwd', TRUSTED_DEVICE];
    expect(isEnough(trusted, { need: 'none', secondStep: true })).toBe(true);
    expect(isEnough(trusted, { need: 'mfa', secondStep: true })).toBe(false);
    expect(isEnough(['pwd'], { need: 'none', secondStep: true })).toBe(false);
    expect(isEnough(['pwd', 'otp'], { need: 'phishing-resistant' })).toBe(false);
  });

  it('is asked for by the weakest of the words that are ours', () => {
    expect(['phr mfa', 'mfa', 'phr', 'urn:x phr', 'urn:x', '', undefined].map(levelAsked)).toEqual([
      'mfa',
      'mfa',
      'phishing-resistant',
      'phishing-resistant',
      'none',
      'none',
      'none',
    ]);
  });

  it('has an order', () => {
    expect(strongest()).toBe('none');
    expect(strongest('mfa', 'none', 'phishing-resistant', 'mfa')).toBe('phishing-resistant');
    expect([meets('mfa', 'mfa'), meets('mfa', 'phishing-resistant'), meets('phishing-resistant', 'mfa')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
