import type { Call, Command } from '../command.ts';
import { print } from '../output.ts';
import { chain } from './chain.ts';
import { broken, type Finding } from './finding.ts';

/** `doctor`: walks the whole chain and stops at the first link that is broken. */
export const doctorCommand: Command = {
  name: 'doctor',
  takes: { least: 0, most: 0 },
  options: { 'mail-to': { value: 'address', matches: /^[^@\s]+@[^@\s]+$/, says: 'also send one mail there' } },
  summary: 'walk the whole chain, from the configuration to a sign-in at every app, and name the first broken link',
  async run(call) {
    const findings = await walk(call);
    if (call.json) print(call, findings, () => '');
    return findings.every(({ ok }) => ok) ? 0 : 1;
  },
};

/** Ctrl-C ends the walk at its next step, and what it made is taken away all the same. */
async function walk(call: Call): Promise<Finding[]> {
  const interrupted = new AbortController();
  const stop = () => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const findings: Finding[] = [];
  try {
    for await (const finding of chain(call, interrupted.signal)) {
      findings.push(finding);
      if (!call.json) call.io.stdout.write(lineOf(finding));
      if (!finding.ok) break;
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    const end = broken('doctor', 'interrupted', 'run it again');
    findings.push(end);
    if (!call.json) call.io.stdout.write(lineOf(end));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  return findings;
}

function lineOf({ check, ok, says, mend }: Finding): string {
  const lines = [
    `${ok ? 'ok     ' : 'problem'}  ${check}: ${says}`,
    ...(mend === undefined ? [] : [`         ${mend}`]),
  ];
  return lines.map((line) => `${line.replaceAll(/[^\P{C}\n]/gu, '\u{FFFD}')}\n`).join('');
}
