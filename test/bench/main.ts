// npm run bench -- <name> ...: measures against a server of its own. Prints what it saw beside its goals; the exit code is 1
// when a request was lost, and judges nothing else.
import { poolThreads } from '../../src/passwords/index.ts';
import { benchBroker } from './broker.ts';
import { benchHotPath } from './hot_path.ts';
import { benchLogin } from './login.ts';
import { benchLoginPage } from './login_page.ts';
import { benchLogins } from './logins.ts';
import { benchReload } from './reload.ts';

// As the server's own start does: what is measured here without it needs the same threads.
process.env['UV_THREADPOOL_SIZE'] = String(poolThreads());

const benchmarks: Record<string, (args: string[]) => Promise<{ lost: number }>> = {
  broker: benchBroker,
  hot: benchHotPath,
  login: benchLogin,
  'login-page': benchLoginPage,
  logins: benchLogins,
  reload: benchReload,
};

const [name = '', ...args] = process.argv.slice(2);
const run = benchmarks[name];
if (run) {
  const { lost } = await run(args);
  process.exitCode = lost > 0 ? 1 : 0;
} else {
  process.stderr.write(
    'usage: npm run bench -- login | login-page [count] | logins [count] [at once] | broker [count] | hot [operation ...] | reload [clients]\n',
  );
  process.exitCode = 2;
}
