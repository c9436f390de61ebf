// What every launcher does first: find a Node that can run Gatehouse and install what package-lock.json says.
import { createHash } from 'crypto';
import { existsSync, readFileSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath, pathToFileURL } from 'url';
import { findNode, findNpm, npmEnvironment } from './runtime.mjs';
import { fail, run, say } from './supervise.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, 'node_modules');
const stampFile = join(modules, '.gatehouse-installed');

/**
 * Resolves with the path of the Node to use, once everything is installed. `trustInstalled`: packages that somebody else
 * installed (the image, an admin) are left as they are.
 */
export async function bootstrap({ trustInstalled = false } = {}) {
  const { node, major } = await findNode();
  const stamp = stampFor(readFileSync(join(root, 'package-lock.json')), major);
  const present = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  const foreign = present === undefined && existsSync(join(modules, '.package-lock.json'));
  if (present !== stamp && !(trustInstalled && foreign)) await install(node, stamp);
  return node;
}

/** What node_modules must have been made from: the lock, for this platform and line of Node. */
export function stampFor(lock, major) {
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch} node${major}\n`;
}

async function install(node, stamp) {
  const npm = await findNpm(node);
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

/** Bootstraps, runs a TypeScript file of ours with the arguments, and ends with its exit code. */
export async function launch(file, args, options) {
  const node = await bootstrap(options);
  const { code } = await run(node, nodeOptions().concat(join(root, file), args), { env: environment() });
  process.exit(code);
}

// What Node 20 had. Node 24 lets short-lived objects pile up higher: 346 MB after a thousand logins instead of 281 MB
// (npm run bench -- logins), for no measurable gain in speed.
const YOUNG_GENERATION = '--max-semi-space-size=16';

/** The child watches us as we watch npm, so that killing any of the three ends all. */
function nodeOptions() {
  const watch = pathToFileURL(join(root, 'scripts', 'watch_parent.mjs')).href;
  return [YOUNG_GENERATION, '--disable-warning=ExperimentalWarning', '--import', watch];
}

function environment() {
  const cache = process.env.NODE_COMPILE_CACHE || join(modules, '.cache', 'gatehouse');
  return Object.assign({}, process.env, { GATEHOUSE_LAUNCHER: String(process.pid), NODE_COMPILE_CACHE: cache });
}
