import { sentenceOf } from '../kit/errors.ts';
import type { Call, Command, PlannedChange } from './command.ts';
import { withTablesOpened } from './contexts.ts';
import { print, refuse } from './output.ts';

/** `config plan`: what the files would change of what was applied last, and whom that touches. */
export const planCommand: Command = {
  name: 'config plan',
  takes: { least: 0, most: 0 },
  summary: 'compare the config file with what was applied last, and say whom a change touches; exit code 1 on a change',
  run: plan,
};

async function plan(call: Call): Promise<number> {
  return withTablesOpened(call, async (opened, settings) => {
    let planned: Awaited<ReturnType<typeof call.parts.plan>>;
    try {
      planned = await call.parts.plan(settings, opened);
    } catch (error) {
      return refuse(call, sentenceOf(error));
    }
    const { applied, changes } = planned;
    const since = applied
      ? `what ${applied.process} applied at ${applied.appliedAt.toISOString()}`
      : 'nothing: no configuration was applied so far';
    print(call, { applied, changes }, () => [...changes.map(inWords), summary(changes.length, since)].join('\n'));
    return changes.length > 0 || !applied ? 1 : 0;
  });
}

function summary(count: number, since: string): string {
  if (count === 0) return `nothing would change, compared with ${since}`;
  return `${count} ${count === 1 ? 'change' : 'changes'}, compared with ${since}`;
}

function inWords(change: PlannedChange): string {
  const { do: does, kind, id, keys, from, to, restart, touches } = change;
  const about = kind === 'key' ? id : `${kind} ${id}`;
  const what = keys ? `: ${keys.join(', ')}` : '';
  const values = from === undefined && to === undefined ? '' : `: ${shown(from)} to ${shown(to)}`;
  const counts = Object.entries(touches).map(([thing, count]) => amount(count ?? 0, thing));
  const touched = counts.length > 0 ? `: ${counts.join(', ')}` : '';
  return `${does} ${about}${what}${values}${touched}${restart ? ' (needs a restart)' : ''}`;
}

const words: Record<string, readonly [one: string, several: string]> = {
  grants: ['grant', 'grants'],
  sessions: ['session', 'sessions'],
  refresh_tokens: ['refresh token', 'refresh tokens'],
  identities: ['identity', 'identities'],
  accounts_without_way_in: ['account would have no way in left', 'accounts would have no way in left'],
};

function amount(count: number, thing: string): string {
  const [one = thing, several = thing] = words[thing] ?? [];
  return `${count} ${count === 1 ? one : several}`;
}

const LONGEST = 60;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
