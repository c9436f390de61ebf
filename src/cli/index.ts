/**
 * cli: the commands behind `./gatehouse`.
 *
 * Owns their names, arguments, output and exit codes. Mounts no URL. Never does itself what a room can do, and never prints
 * a secret.
 */
export { runCommand } from './run_command.ts';
export type { CommandParts } from './command.ts';
