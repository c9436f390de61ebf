import { migrate, migrateDown, migrationStatus } from '../database/index.ts';
import type { Command } from './command.ts';
import { withDirectDatabase } from './contexts.ts';
import { print } from './output.ts';

const takes = { least: 0, most: 0 };

/** `migrate`, `migrate status` and `migrate down`. */
export const migrateCommands: Command[] = [
  {
    name: 'migrate',
    takes,
    summary: 'apply the migrations that are pending',
    run: (call) =>
      withDirectDatabase(call, async (database) => {
        const applied = await migrate(database);
        print(call, { applied }, () => list('applied', applied, 'nothing to apply'));
        return 0;
      }),
  },
  {
    name: 'migrate status',
    takes,
    summary: 'say which migrations are applied and which are pending; 1 when any is pending',
    run: (call) =>
      withDirectDatabase(call, async (database) => {
        const status = await migrationStatus(database);
        print(call, status, () =>
          [
            ...status.applied.map((name) => `applied  ${name}`),
            ...status.pending.map((name) => `pending  ${name}`),
          ].join('\n'),
        );
        return status.pending.length > 0 ? 1 : 0;
      }),
  },
  {
    name: 'migrate down',
    takes,
    summary: 'take back the newest migration, with what it stores',
    run: (call) =>
      withDirectDatabase(call, async (database) => {
        const undone = await migrateDown(database);
        print(call, { undone }, () => list('took back', undone, 'nothing to take back'));
        return 0;
      }),
  },
];

function list(verb: string, names: string[], nothing: string): string {
  return names.length > 0 ? names.map((name) => `${verb} ${name}`).join('\n') : nothing;
}
