/**
 * app: where the rooms meet.
 *
 * Opens every room and hands each what it needs of the others. Mounts the one URL that several rooms share,
 * /interaction/:uid. Never listens on a port and never opens the database: whoever serves does that.
 */
export { openOwnOutbound, outboundSettings } from './adapters.ts';
export { openForCommand } from './open_for_command.ts';
export { openForKeyCommand, sealedColumns } from './key_parts.ts';
export { planConfig } from './plan_config.ts';
export { openApp, type App, type AppDeps } from './open_app.ts';
