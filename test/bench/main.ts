// npm run bench -- <name> ...: measures against servers of its own, or another provider. Prints what it saw beside its goals; the
// exit code is 1 when a request was lost, and judges nothing else.
import { poolThreads } from '../../src/passwords/index.ts';
import { benchBroker } from './broker.ts';
import { benchExpiry } from './expiry.ts';
import { benchLogin } from './login.ts';
import { benchLoginPage } from './login_page.ts';
import { benchLogins } from './logins.ts';
import { benchReadme, benchTarget, isBenched, measure, usage } from './measure.ts';
import { benchReload } from './reload.ts';

// As the server's own start does: what is measured here without it needs the same threads.
process.env['UV_THREADPOOL_SIZE'] = String(poolThreads());

/** Those with a form of their own. */
const benchmarks: Record<string, (args: string[]) => Promise<{ lost: number }>> = {
  'login-page': benchLoginPage,
  expiry: benchExpiry,
  login: benchLogin,
  logins: benchLogins,
  broker: benchBroker,
  reload: benchReload,
  readme: benchReadme,
};

const words = process.argv.slice(2);
const [name = '', ...args] = words;
const chosen = () => {
  // Wherever it stands: the operations that come with it are those of the other provider.
  if (words.some((word) => word.startsWith('--target'))) return benchTarget(words);
  if (isBenched(name) && !Object.hasOwn(benchmarks, name)) return measure(words);
  return benchmarks[name]?.(args);
};
const done = await chosen();
if (done) process.exitCode = done.lost > 0 ? 1 : 0;
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
