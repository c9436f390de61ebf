import { runCommand } from './cli/index.ts';
import { commandParts } from './commands.ts';
import { poolThreads } from './passwords/index.ts';

const { stdout, stderr, env } = process;
// Read once, when the pool is first used: nothing above has used it yet. An operator may ask for more threads, not for fewer.
env['UV_THREADPOOL_SIZE'] = String(Math.max(poolThreads(), Number(env['UV_THREADPOOL_SIZE']) || 0));
process.exitCode = await runCommand(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd() }, commandParts);
