import type { RecordedEvent } from '../events/index.ts';
import { errorCodes, type ErrorCode } from '../kit/errors.ts';
import { translator } from '../locales/index.ts';
import type { Command } from './command.ts';
import { withTables } from './contexts.ts';
import { complain, print, table } from './output.ts';

/** `explain`: what happened in the visit whose error page showed this reference. */
export const explainCommand: Command = {
  name: 'explain',
  args: '<reference>',
  takes: { least: 1, most: 2 },
  summary: 'tell what happened under the reference that a page showed',
  run: (call) =>
    withTables(call, async (database, settings) => {
      // Read out in two groups, it may also be typed as two words.
      const reference = call.args.join('');
      const events = await call.parts.rooms(database).events.explain(reference);
      if (events.length === 0) {
        const days = Math.floor(settings.lifetimes.events / 86_400);
        complain(call, `nothing is known under the reference ${reference}; events are kept for ${days} days`);
        return 1;
      }
      print(call, { reference: events[0]?.reference, events }, () =>
        [eventTable(events), ...advice(events)].join('\n'),
      );
      return 0;
    }),
};

/** How to mend what the error pages said, in the words that they keep for developers and operators. */
function advice(events: RecordedEvent[]): string[] {
  const t = translator('en');
  const shown = new Set(events.map(({ type, reason = '' }) => (type === 'web.error_shown' ? reason : '')));
  return (Object.keys(errorCodes) as ErrorCode[])
    .filter((code) => shown.has(code))
    .map((code) => `\n${code}: ${t(`errors.${code}.how`)}`);
}

/** Events as a timeline, one line each. */
export function eventTable(events: RecordedEvent[]): string {
  return table(
    ['when', 'what', 'outcome', 'why', 'client', 'upstream', 'account', 'more'],
    events.map((event) => [
      event.at.toISOString(),
      event.type,
      event.outcome,
      event.reason ?? '',
      event.clientId ?? '',
      event.upstreamId ?? '',
      event.accountId ?? '',
      Object.entries(event.detail ?? {})
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    ]),
    'no events',
  );
}
