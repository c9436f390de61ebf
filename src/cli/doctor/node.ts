import { broken, fine, type Finding } from './finding.ts';

/**
 * Whether this Node may run Gatehouse. Types are stripped by Node itself from 22.18 on, and the protocol engine wants a
 * long-term line. The launchers ask the same before any TypeScript can run; one table tests both.
 */
export function acceptsNode(version: string, lts: string | undefined): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major > 22 || (major === 22 && minor >= 18)) && major % 2 === 0 && lts !== undefined;
}

/** The Node that runs this. */
export function node(): Finding {
  if (acceptsNode(process.version, process.release.lts)) return fine('node', process.version);
  const mend = 'npm start fetches one that fits, or install Node 24';
  return broken('node', `${process.version} is not a long-term line from 22.18 on`, mend);
}
