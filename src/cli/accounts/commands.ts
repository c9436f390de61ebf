import type { Command } from '../command.ts';
import { accountChanges } from './changing.ts';
import { createCommand } from './creating.ts';
import { exportCommand } from './exporting.ts';
import { groupsCommand } from './grouping.ts';
import { importCommand } from './importing.ts';
import { inviteCommands } from './inviting.ts';
import { accountReading } from './reading.ts';

/** Every command that begins with `accounts`. */
export const accountCommands: Command[] = [
  ...accountReading,
  createCommand,
  ...inviteCommands,
  ...accountChanges,
  groupsCommand,
  importCommand,
  exportCommand,
];
