// What every launcher does first: find a Node that can run Gatehouse and install what package-lock.json says.
import { createHash } from 'crypto';
import { existsSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { releaseInstallLock, takeInstallLock } from './install_lock.mjs';
import { ownVariables, root } from './root.mjs';
import { findNode, findNpm, npmEnvironment } from './runtime.mjs';
import { fail, run, say, sayOnStandardError } from './supervise.mjs';

const modules = join(root, 'node_modules');
const stampFile = join(modules, '.gatehouse-installed');

/**
 * Resolves with { node, installed }, the path of the Node to use and whether anything had to be installed, once everything
 * is. `trustInstalled`: packages that somebody else installed (the image, an admin) are left as they are.
 */
export async function bootstrap({ trustInstalled = false } = {}) {
  const { node, major } = await findNode();
  const stamp = stampFor(readFileSync(join(root, 'package-lock.json')), major);
  const isThere = () => {
    const present = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
    const foreign = present === undefined && existsSync(join(modules, '.package-lock.json'));
    return present === stamp || (trustInstalled && foreign);
  };
  if (isThere()) return { node, installed: false };
  const npm = await findNpm(node);
  await takeInstallLock();
  // Another launcher may have done it while we waited.
  if (!isThere()) await install(npm, stamp);
  releaseInstallLock();
  return { node, installed: true };
}

/** What node_modules must have been made from: the lock, for this platform and line of Node. */
function stampFor(lock, major) {
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch} node${major}\n`;
}

async function install(npm, stamp) {
  say('Installing packages (npm ci)');
  // Said in so many words, so that NODE_ENV or somebody's npm settings leave nothing out.
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await run(npm.command, npm.args.concat('ci', options), {
    label: 'installing packages',
    output: 'keep',
    group: true,
    env: npmEnvironment(),
    cwd: root,
  });
  if (result.code !== 0) fail(`npm ci failed:\n${result.output}`);
  writeFileSync(stampFile, stamp);
  say('Packages are installed');
}

/**
 * Bootstraps, runs a TypeScript file of ours with the arguments, and ends with its exit code.
 *   name            what is started, for those who wait
 *   command         a command whose standard output is read by programs: ours is kept out of it, and it starts without a
 *                   word unless something was installed
 *   trustInstalled  as in `bootstrap`
 */
export async function launch(file, args, { name, command = false, trustInstalled = false }) {
  if (command) sayOnStandardError();
  const { node, installed } = await bootstrap({ trustInstalled });
  if (installed || !command) say(`Starting ${name}`);
  const label = `starting ${name}`;
  const { code } = await run(node, nodeOptions().concat(join(root, file), args), { label, env: environment() });
  process.exit(code);
}

// What Node 20 had. Node 24 lets short-lived objects pile up higher: 346 MB after a thousand logins instead of 281 MB
// (npm run bench -- logins), for no measurable gain in speed.
const YOUNG_GENERATION = '--max-semi-space-size=16';

/** The child watches us as we watch npm, so that killing any of the three ends all; and it says when it first speaks. */
function nodeOptions() {
  const imports = ['watch_parent.mjs', 'first_words.mjs'].map((name) => {
    return `--import=${pathToFileURL(join(root, 'scripts', name)).href}`;
  });
  return [YOUNG_GENERATION, '--disable-warning=ExperimentalWarning'].concat(imports);
}

function environment() {
  const cache = process.env.NODE_COMPILE_CACHE || join(modules, '.cache', 'gatehouse');
  const ours = { GATEHOUSE_LAUNCHER: String(process.pid), NODE_COMPILE_CACHE: cache };
  return Object.assign({}, process.env, ownVariables(), ours);
}
