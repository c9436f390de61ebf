import { describe, expect, it } from '@jest/globals';
import { isFull, isInChain, lengthen } from '../../src/upstreams/chain.ts';

const issuers = Array.from({ length: 5 }, (_, index) => `https://${index}.example`);
const through = (count: number) => issuers.slice(0, count).reduce<unknown>(lengthen, undefined);

describe('the way of a visit through several issuers', () => {
  it('knows each issuer that it has led through, and no other', () => {
    const chain = through(3);
    expect(issuers.map((issuer) => isInChain(chain, issuer))).toEqual([true, true, true, false, false]);
  });

  it('names no issuer in words', () => {
    expect(through(2)).toMatch(/^[\w-]{16} [\w-]{16}$/);
  });

  it('is full with five', () => {
    expect([isFull(through(4)), isFull(through(5))]).toEqual([false, true]);
  });

  it.each([
    undefined,
    '',
    'https://0.example',
    'x'.repeat(5000),
    ['a', 'b'],
    `${String(through(5))} ${'x'.repeat(16)}`,
  ])('is none where it is none of ours: %j', (forged) => {
    expect([isFull(forged), isInChain(forged, 'https://0.example')]).toEqual([false, false]);
    expect(lengthen(forged, 'https://0.example')).toBe(through(1));
  });
});
