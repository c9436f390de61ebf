import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from '../../src/kit/durations.ts';

describe('parseDuration', () => {
  it('reads seconds, minutes, hours and days', () => {
    const units = fc.constantFrom(['s', 1] as const, ['m', 60] as const, ['h', 3600] as const, ['d', 86_400] as const);
    fc.assert(
      fc.property(fc.nat(999_999), units, (count, [unit, seconds]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * seconds);
      }),
    );
  });

  it.each(['', '10', 'm', '-1m', '1.5h', '10 minutes', '1w', '1h30m', '1e3s', '1234567s', '10M'])(
    'does not take %p for a duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
