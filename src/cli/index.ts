/**
 * cli: the commands behind `./gatehouse`.
 *
 * Owns their names, arguments, output and exit codes. Mounts no URL. Never does itself what a room can do, and never prints
 * a secret, but the link of an invitation that it makes.
 */
export { runCommand } from './run_command.ts';
export type { CommandParts } from './command.ts';
