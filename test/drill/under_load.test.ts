import { describe, expect, it } from '@jest/globals';
import { killApp } from './kill_app.ts';

// The same seed draws the same choices again: npm run drill -- kill-app --seed <n> --lanes 2
const seed = Math.floor(Math.random() * 1_000_000);

describe('under load, nothing that was acknowledged is lost and nothing that was used up is taken again', () => {
  it('when one of two processes is killed', async () => {
    const { acknowledged, violations } = await killApp({ seed, lanes: 2, kills: 1 });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    expect(acknowledged['sign-up']).toBeGreaterThan(0);
  }, 120_000);
});
