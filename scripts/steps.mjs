// The steps that `npm test` and `npm run check` share: each is announced, all are run, and the end says which failed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { bootstrap } from './bootstrap.mjs';
import { root } from './root.mjs';
import { run, say } from './supervise.mjs';

export const format = { name: 'format', args: ['node_modules/oxfmt/bin/oxfmt', '--check'] };
export const lint = {
  name: 'lint',
  args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--report-unused-disable-directives-severity=error'],
};
export const types = { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] };
export const packages = { name: 'packages', args: ['scripts/install_packages.mjs'] };

/** Runs the steps and then jest with the arguments; ends with 0 only when everything passed and tests really ran. */
export async function runAll(steps, jestArguments) {
  const { node } = await bootstrap();
  const failed = [];
  for (const { name, args } of steps) {
    if ((await step(name, node, args)) !== 0) failed.push(name);
  }
  const tests = await runJest(node, jestArguments);
  if (!tests.passed) failed.push('tests');
  say('');
  say(failed.length === 0 ? 'Everything passed.' : `Failed: ${failed.join(', ')}.`);
  if (tests.counts) say(tests.counts);
  process.exit(failed.length === 0 ? 0 : 1);
}

async function step(name, node, args) {
  say(`\n== ${name}`);
  const env = Object.assign({}, process.env, process.stdout.isTTY ? { FORCE_COLOR: '1' } : {});
  const { code } = await run(node, args, { label: name, output: 'pass', group: true, cwd: root, env });
  return code;
}

/** The counts are jest's own, out of the report that it writes at its end; without a report there are none. */
async function runJest(node, args) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-report-'));
  const report = join(folder, 'report.json');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const code = await step('tests', node, flags.concat('--json', `--outputFile=${report}`, args));
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  if (!result) {
    say('jest ended without a report.');
    return { passed: false };
  }
  const ran = result.numPassedTests + result.numFailedTests;
  if (ran === 0) say('No test ran.');
  const skipped = result.numPendingTests + result.numTodoTests;
  return {
    passed: code === 0 && ran > 0,
    counts: `${result.numPassedTests} passed, ${result.numFailedTests} failed, ${skipped} skipped`,
  };
}
