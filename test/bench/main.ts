// npm run bench -- <name> ...: measures against servers of its own, or another provider. Prints what it saw beside its goals; the
// exit code is 1 when a request was lost, and judges nothing else.
import { poolThreads } from '../../src/passwords/index.ts';
import { benchBroker } from './broker.ts';
import { benchExpiry } from './expiry.ts';
import { benchHotPath } from './hot_path.ts';
import { benchLogin } from './login.ts';
import { benchLoginPage } from './login_page.ts';
import { benchLogins } from './logins.ts';
import { isBenched, measure, usage } from './measure.ts';
import { benchReload } from './reload.ts';

// As the server's own start does: what is measured here without it needs the same threads.
process.env['UV_THREADPOOL_SIZE'] = String(poolThreads());

/** Those with a form of their own. */
const benchmarks: Record<string, (args: string[]) => Promise<{ lost: number }>> = {
  hot: benchHotPath,
  'login-page': benchLoginPage,
  expiry: benchExpiry,
  login: benchLogin,
  logins: benchLogins,
  broker: benchBroker,
  reload: benchReload,
};

const [name = '', ...args] = process.argv.slice(2);
const run = benchmarks[name] ?? (isBenched(name) ? (rest: string[]) => measure([name, ...rest]) : undefined);
if (run) {
  const { lost } = await run(args);
  process.exitCode = lost > 0 ? 1 : 0;
} else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
