/**
 * cli: the commands behind `./gatehouse`.
 *
 * Owns their names, arguments, output and exit codes, and the doctor, who goes from link to link like somebody from outside.
 * Mounts no URL. Never does itself what a room can do, and never prints a secret but one that it has just made: the link of an
 * invitation, the secret of an app, a token to register with.
 */
export { runCommand } from './run_command.ts';
export type { CommandParts } from './command.ts';
