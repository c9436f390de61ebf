import type { AuditWorld } from '../audit_world.ts';
import { median } from '../compare.ts';
import { measure } from '../measure.ts';
import { classes } from '../people.ts';
import { openSurfaces } from '../surfaces.ts';
import type { Finding } from './finding.ts';
import { mannWhitney } from './mann_whitney.ts';

const MOST_APART = 5;
const LEAST_P = 0.01;

/** G2: what an address is to us shows in the time of no form: medians within 5 ms, or a difference that chance makes. */
export async function classesOfForms({ app, database }: AuditWorld, samples: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const surface of await openSurfaces(app.url, database)) {
    const times = await measure(surface, samples);
    for (const name of classes.filter((one) => one !== 'unknown')) {
      const apart = median(times[name]) - median(times.unknown);
      const p = mannWhitney(times[name], times.unknown);
      findings.push({
        line: 'G2',
        what: `${surface.name}: ${name} and unknown`,
        seen: `${apart.toFixed(2)} ms apart, p ${p.toFixed(3)}`,
        goal: `<= ${MOST_APART} ms, or p > ${LEAST_P}`,
        ok: Math.abs(apart) <= MOST_APART || p > LEAST_P,
      });
    }
  }
  return findings;
}
