import { runCommand } from './cli/index.ts';
import { commandParts } from './commands.ts';

const { stdout, stderr, env } = process;
process.exitCode = await runCommand(process.argv.slice(2), { stdout, stderr, env, cwd: process.cwd() }, commandParts);
