// Measures against servers of its own, or another provider. Prints what it saw beside its goals; the exit code is 1 when a request
// was lost, and judges nothing else.
import { hashThreads } from '../../src/passwords/hash_threads.ts';
import { readLine, wholeNumber } from '../support/command_usage.ts';
import { exitOnSignals } from '../support/end_with_us.ts';
import { benchBroker } from './broker.ts';
import { benchExpiry } from './expiry.ts';
import { benchLogin } from './login.ts';
import { benchLoginPage } from './login_page.ts';
import { benchLogins } from './logins.ts';
import { benchReadme, benchTarget, measure, usage } from './measure.ts';
import { benchReload } from './reload.ts';

// The library hashes in libuv's pool, which is made at its first use.
process.env['UV_THREADPOOL_SIZE'] = String(hashThreads() + 4);

/** Those with a form of their own: all that stands behind their names are numbers. */
const benchmarks: Record<string, (args: string[]) => Promise<{ lost: number }>> = {
  'login-page': benchLoginPage,
  expiry: benchExpiry,
  login: benchLogin,
  logins: benchLogins,
  broker: benchBroker,
  reload: benchReload,
};

exitOnSignals();

const words = process.argv.slice(2);
const [name = '', ...args] = words;

function bench(): Promise<{ lost: number }> {
  // Wherever it stands: the operations that come with it are those of the other provider.
  if (words.some((word) => word.startsWith('--target'))) return benchTarget(words);
  if (name === 'readme') return benchReadme(args);
  const own = benchmarks[name];
  if (!own) return measure(words);
  const { positionals } = readLine(usage, { args, allowPositionals: true });
  for (const word of positionals) wholeNumber(usage, word);
  return own(positionals);
}

process.exitCode = (await bench()).lost > 0 ? 1 : 0;
