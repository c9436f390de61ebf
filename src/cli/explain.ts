import type { ClientSettings } from '../clients/index.ts';
import type { RecordedEvent } from '../events/index.ts';
import { clientMistakes, errorCodes, type ClientMistake, type ErrorCode } from '../kit/errors.ts';
import { translator } from '../locales/index.ts';
import type { Command } from './command.ts';
import { withTables } from './contexts.ts';
import { complain, listing, print, table } from './output.ts';

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
        [eventTable(events), ...advice(events), ...mistakesIn(events, settings.clients)].join('\n'),
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

/** What exactly an app got wrong: what came, what is registered by now, and what to change. */
function mistakesIn(events: RecordedEvent[], clients: readonly ClientSettings[]): string[] {
  const t = translator('en');
  return events.flatMap(({ detail = {} }) => {
    const mistake = String(detail['mistake']);
    if (!isMistake(mistake)) return [];
    const client = clients.find(({ client_id }) => client_id === detail['client_id']);
    const key = mistake.startsWith('logout') ? 'post_logout_redirect_uris' : 'redirect_uris';
    const came = ['client_id', 'redirect_uri', 'post_logout_redirect_uri'].flatMap((name) =>
      detail[name] === undefined ? [] : [[`received ${name}`, String(detail[name])] as const],
    );
    const registered = client ? [[`registered ${key}`, (client[key] ?? []).join(' ') || 'none'] as const] : [];
    const similar =
      client || detail['client_id'] === undefined
        ? []
        : [['registered clients', clients.map(({ client_id }) => client_id).join(' ')] as const];
    return [`\n${mistake}: ${t(`client_mistakes.${mistake}`)}`, listing([...came, ...registered, ...similar])];
  });
}

function isMistake(word: string): word is ClientMistake {
  return Object.hasOwn(clientMistakes, word);
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
        .filter(([, value]) => value !== '')
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    ]),
    'no events',
  );
}
