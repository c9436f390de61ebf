import { describe, expect, it } from '@jest/globals';
import { failOver } from './failover.ts';
import { killApp } from './kill_app.ts';
import type { DrillReport } from './report.ts';

// The same seed draws the same choices again: npm run drill -- kill-app --seed <n> --lanes 2
const seed = Math.floor(Math.random() * 1_000_000);

function expectAllToHold({ acknowledged, violations, notes }: DrillReport): void {
  // The notes say what the servers complained of.
  expect({ seed, violations, notes }).toEqual({ seed, violations: [], notes });
  expect(acknowledged['sign-up']).toBeGreaterThan(0);
}

describe('under load, nothing that was acknowledged is lost and nothing that was used up is taken again', () => {
  it('when one of two processes is killed', async () => {
    expectAllToHold(await killApp({ seed, lanes: 2, kills: 1 }));
  }, 120_000);

  it('when the primary database dies and its replica is promoted', async () => {
    expectAllToHold(await failOver({ seed, lanes: 2 }));
  }, 120_000);
});
