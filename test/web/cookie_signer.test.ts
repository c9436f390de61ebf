import { describe, expect, it } from '@jest/globals';
import { createCookieSigner } from '../../src/web/index.ts';

// Of Keygrip 1.1, over the key below.
const BY_KEYGRIP = 'SGFY_-VPQMCfP6pqdNOjKQAWEf8';

describe('signing cookies', () => {
  it('signs as Keygrip did, so that nobody is signed out by an update', () => {
    expect(createCookieSigner(() => ['a first key']).sign('gatehouse_browser=abc')).toBe(BY_KEYGRIP);
  });

  it('accepts what an older key signed as it is: signed anew, a cookie that stays would end with the browser', () => {
    const signer = createCookieSigner(() => ['a newer key', 'a first key']);
    expect(signer.index('gatehouse_browser=abc', BY_KEYGRIP)).toBe(0);
  });

  it.each(['', BY_KEYGRIP.slice(1), `${BY_KEYGRIP}A`, BY_KEYGRIP.toLowerCase(), 'é'.repeat(27)])(
    'refuses the signature %p',
    (signature) => {
      const signer = createCookieSigner(() => ['a first key']);
      expect(signer.verify('gatehouse_browser=abc', signature)).toBe(false);
      expect(signer.index('gatehouse_browser=abc', signature)).toBe(-1);
    },
  );

  it('follows the keys as they rotate', () => {
    let keys = ['a first key'];
    const signer = createCookieSigner(() => keys);
    keys = ['a newer key'];
    expect(signer.verify('gatehouse_browser=abc', BY_KEYGRIP)).toBe(false);
  });
});
