// Child processes of the launchers: one at a time, never silent, never outliving us, never outlived by whoever started us.
// Plain JavaScript that Node 14 can parse, like all launchers.
import { spawn } from 'child_process';
import { constants } from 'os';

const SILENCE_MS = 1200;
const PARENT_CHECK_MS = 500;
// A terminal sends Ctrl-C to npm and to us, and npm passes it on once more: what comes within this time is one wish.
const ONE_WISH_MS = 2000;

let current;
let stopping;
let voice = process.stdout;
const lastForwarded = {};

export function say(text) {
  voice.write(`${text}\n`);
}

/** For commands, whose standard output belongs to what they print. */
export function sayOnStandardError() {
  voice = process.stderr;
}

/** Ends the launcher with a sentence instead of a stack. */
export function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/**
 * Runs a program and resolves with its exit code and, unless it writes to our own terminal, with what it wrote. It leads a
 * process group of its own, so that a Ctrl-C reaches it exactly once, through us.
 *   label      what to say every second or so while nothing else appears
 *   output     'inherit' (default): its output is ours, and a program of ours tells us when it first speaks; 'pass': the
 *              same, through us, so that its silence is noticed; 'keep': only collected
 *   group      pass signals to everything it started, too
 */
export function run(command, args, { label, output = 'inherit', group = false, env, cwd } = {}) {
  const inherited = ['inherit', 'inherit', 'inherit'].concat(label ? 'ipc' : []);
  const stdio = output === 'inherit' ? inherited : ['ignore', 'pipe', 'pipe'];
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio, env, cwd, detached: true });
    const heartbeat = label ? startHeartbeat(label, output !== 'inherit') : { beat() {}, stop() {} };
    current = { child, group, silent: output === 'keep', heartbeat };
    let written = '';
    child.once('message', () => heartbeat.stop());
    const streams = child.stdout
      ? [
          [child.stdout, process.stdout],
          [child.stderr, process.stderr],
        ]
      : [];
    for (const [from, to] of streams) {
      from.on('data', (chunk) => {
        written += chunk;
        if (output !== 'pass') return;
        heartbeat.beat();
        to.write(chunk);
      });
    }
    const done = (code) => {
      heartbeat.stop();
      current = undefined;
      if (stopping) process.exit(128 + constants.signals[stopping]);
      resolve({ code, output: written });
    };
    child.once('error', (error) => {
      written += `${command}: ${error.message}\n`;
      done(127);
    });
    child.once('close', (code, signal) => done(signal ? 128 + constants.signals[signal] : code));
  });
}

/** A terminal shows one line that counts on, unless others write to it, too; a log gets a line each time. */
export function startHeartbeat(label, alone = true) {
  const start = Date.now();
  const terminal = alone && voice.isTTY;
  let last = start;
  let shown = false;
  const clear = () => {
    if (shown) voice.write('\r\x1b[K');
    shown = false;
  };
  const timer = setInterval(() => {
    if (Date.now() - last < SILENCE_MS) return;
    last = Date.now();
    const line = `  ${label}: ${Math.round((last - start) / 1000)} s`;
    voice.write(terminal ? `\r${line}` : `${line}\n`);
    shown = terminal;
  }, SILENCE_MS / 4);
  return {
    beat() {
      last = Date.now();
      clear();
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

function forward(signal) {
  if (!current) process.exit(128 + constants.signals[signal]);
  const at = Date.now();
  if (at - (lastForwarded[signal] || 0) < ONE_WISH_MS) return;
  lastForwarded[signal] = at;
  // What cannot speak for itself takes its time to end: npm tidies up.
  if (current.silent) {
    stopping = signal;
    current.heartbeat.stop();
    say('stopping');
  }
  try {
    process.kill(current.group ? -current.child.pid : current.child.pid, signal);
  } catch {
    // It ended in this very moment; its exit is on the way to us.
  }
}

// Before Node 15 a rejection that nobody handles ends in a warning and exit code 0.
process.on('unhandledRejection', (error) => {
  throw error;
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => forward(signal));

// npm that is killed leaves its scripts running; they then get another parent.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
  setInterval(() => {
    if (process.ppid !== parent) forward('SIGTERM');
  }, PARENT_CHECK_MS).unref();
}
