// Only one launcher at a time changes node_modules and the fetched Node: two at once would take each other's files away.
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { root } from './root.mjs';
import { say, startHeartbeat } from './supervise.mjs';

// In the clone whatever GATEHOUSE_DATA says, because that is where node_modules is.
const lock = join(root, '.data', 'install.lock');
const POLL_MS = 200;

let held = false;

/** Waits until no other launcher installs; from then on until `release`, or our end, this one does. */
export async function takeInstallLock() {
  if (held) return;
  let heartbeat;
  while (!take()) {
    const holder = holderOf(lock);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      takeAway(holder);
      continue;
    }
    if (!heartbeat) {
      say(`Waiting for process ${holder}, which installs packages here; if it is none of ours, remove ${lock}`);
      heartbeat = startHeartbeat(`waiting for process ${holder}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (heartbeat) heartbeat.stop();
  held = true;
}

export function releaseInstallLock() {
  if (!held) return;
  held = false;
  remove(lock);
}

process.on('exit', releaseInstallLock);

/** A link is made whole or not at all: a lock never stands there without the process that holds it. */
function take() {
  const draft = `${lock}.${process.pid}`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    remove(draft);
  }
}

/** Of several that see the same dead holder, one moves its lock aside; whoever moves a live one puts it back. */
function takeAway(dead) {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    if (holderOf(aside) !== dead) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  remove(aside);
}

function holderOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(holder) {
  const pid = Number(holder);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function remove(path) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
