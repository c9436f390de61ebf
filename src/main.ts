import { setFlagsFromString } from 'node:v8';
import { runCommand } from './cli/index.ts';
import { commandParts } from './commands.ts';

const { stdout, stderr, env } = process;
// V8 would let the old space grow to four times what is alive before it collects; a server among others is content with less.
setFlagsFromString('--heap-growing-percent=75');
const io = {
  // Opened by the first look at it, which only few commands take.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
};
// Whoever read has gone, as `| head` does: what is left to write, nobody wants.
stdout.on('error', () => process.exit(1));
process.exitCode = await runCommand(process.argv.slice(2), io, commandParts);
// What still holds the process by then, such as a server of somebody else's that does not hang up, holds it no longer.
setTimeout(() => process.exit(), 2000).unref();
