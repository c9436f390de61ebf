import type { Command } from '../command.ts';
import { accountChanges } from './changing.ts';
import { createCommand } from './creating.ts';
import { accountReading } from './reading.ts';
import { accountTransfer } from './transferring.ts';

/** Every command that begins with `accounts`. */
export const accountCommands: Command[] = [...accountReading, createCommand, ...accountChanges, ...accountTransfer];
