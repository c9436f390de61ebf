import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Run } from './run.ts';

const DRILLS = fileURLToPath(new URL('../drill/main.ts', import.meta.url));
const RECOVERED = /last error ([\d.]+) s after the last strike/;

/** The part that runs the drill of the same name, and takes from it how long errors went on after the primary had died. */
export async function failoverPart({ report, progress }: Run): Promise<void> {
  progress.at(0, 'failover, as npm run drill does it');
  const drill = spawn(process.execPath, [DRILLS, 'failover'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [drill.stdout, drill.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(drill, 'close');
  const seconds = Number(RECOVERED.exec(said)?.[1]);
  if (code !== 0 || Number.isNaN(seconds)) {
    process.stderr.write(said);
    report.figures.push({ name: 'failover', text: 'the drill did not pass' });
    report.failed += 1;
    return;
  }
  const judged = { goal: 'failover', median: seconds, low: seconds, high: seconds } as const;
  report.figures.push({
    name: 'failover',
    text: `errors for ${seconds.toFixed(1)} s, nothing acknowledged lost`,
    judged,
  });
}
