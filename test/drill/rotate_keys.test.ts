import { expect, it } from '@jest/globals';
import { rotateKeys } from './rotate_keys.ts';

it('keeps every live token good through a scheduled rotation, and none after its key is dropped', async () => {
  const report = await rotateKeys({ tokens: 16 });
  expect(report).toMatchObject({ failed: 0, signedOut: 0, taken: 0, wrong: [] });
  expect(report.verified).toBeGreaterThan(300);
  expect(report.dropSeconds).toBeLessThan(5);
}, 120_000);
