import type { Command } from './command.ts';
import { withTables } from './contexts.ts';
import { limitOf, limitOption } from './options.ts';
import { print, table } from './output.ts';

const LISTED = 100;

/** `mail list`. */
export const mailCommands: Command[] = [
  {
    name: 'mail list',
    takes: { least: 0, most: 0 },
    options: { failed: { says: 'only those that were given up' }, limit: limitOption },
    summary: 'list the newest mails and what became of them, never to whom or what they say',
    run: (call) =>
      withTables(call, async (database) => {
        const wanted = { failed: call.flags.has('failed'), limit: limitOf(call) ?? LISTED };
        const mails = await call.parts.rooms(database).mails.list(wanted);
        print(call, mails, () =>
          table(
            ['id', 'template', 'state', 'tries', 'last error', 'queued', 'sent, given up or due', 'reference'],
            mails.map((mail) => [
              mail.id,
              mail.template,
              mail.state,
              String(mail.tries),
              mail.lastError ?? '',
              mail.queuedAt.toISOString(),
              mail.at.toISOString(),
              mail.reference ?? '',
            ]),
            'there are no mails',
          ),
        );
        return 0;
      }),
  },
];
