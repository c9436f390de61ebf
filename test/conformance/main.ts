// Plays the plans of the OpenID conformance suite against a Gatehouse with config/conformance.yaml. Ends with 1 when a module failed.
// docs/conformance.md
import { once } from 'node:events';
import { misused, readLine } from '../support/command_usage.ts';
import { plans } from './plans.ts';
import { playPlan, summaryOf, type Played } from './report.ts';
import { serveForSuite } from './serve.ts';
import { startStage } from './stage.ts';

const usage = `usage: npm run conformance -- [plan ...] [--module NAME] [--json]   plays all plans, or these
       npm run conformance -- --list                                names the plans
       npm run conformance -- serve [--fapi] [--suite ORIGIN]       serves the profile for the real suite, until Ctrl-C
`;
const { values: given, positionals } = readLine(usage, {
  allowPositionals: true,
  options: {
    module: { type: 'string' },
    json: { type: 'boolean' },
    list: { type: 'boolean' },
    fapi: { type: 'boolean' },
    suite: { type: 'string' },
  },
});
const [first] = positionals;
if (first === 'serve') {
  const profile = given.fapi ? 'conformance-fapi' : 'conformance';
  const suite = given.suite ?? 'https://127.0.0.1:8443';
  const served = await serveForSuite({ profile, suite, say: (line) => void process.stdout.write(`${line}\n`) });
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await served.stop();
  process.exit(0);
}
const names = positionals;
const unknown = names.filter((name) => !plans.some((plan) => plan.name === name));
if (unknown.length > 0)
  misused(usage, `no such plan: ${unknown.join(', ')}; there are ${plans.map(({ name }) => name).join(', ')}`);
if (given.list) {
  for (const { name, suite, choices, rows } of plans)
    process.stdout.write(`${name.padEnd(32)} ${String(rows.length).padStart(3)} modules  ${suite} ${choices}\n`);
  process.exit(0);
}

const say = (line: string) => void (given.json ? process.stderr : process.stdout).write(`${line}\n`);
const chosen = plans.filter(({ name }) => names.length === 0 || names.includes(name));
const played: Played[] = [];
for (const profile of new Set(chosen.map((plan) => plan.profile))) {
  const stage = await startStage({ profile });
  try {
    for (const plan of chosen)
      if (plan.profile === profile) played.push(await playPlan(stage, plan, { only: given.module, say }));
  } finally {
    await stage.stop();
  }
}
if (given.json) process.stdout.write(`${JSON.stringify(played, null, 2)}\n`);
for (const line of summaryOf(played)) say(line);
process.exitCode = played.some(({ modules }) => modules.some(({ result }) => result === 'FAILED')) ? 1 : 0;
