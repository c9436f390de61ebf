import { clockOf, migrationStatus } from '../../database/index.ts';
import { sentenceOf } from '../../kit/errors.ts';
import { tryMail } from '../../mail/index.ts';
import { examineUpstream, upstreamFacts } from '../../upstreams/index.ts';
import type { Call, ChangingRooms, CommandSettings, OpenedDatabase } from '../command.ts';
import { reach } from '../contexts.ts';
import { walkClients } from './clients.ts';
import { compareClock } from './clocks.ts';
import { examineConnections } from './connections.ts';
import { broken, fine, type Finding } from './finding.ts';
import { node } from './node.ts';
import { examineServer } from './server.ts';

type Findings = AsyncGenerator<Finding, void, void>;

/**
 * The chain, link by link, each only when the one before holds: whoever reads on after a broken link only sees what follows
 * from it. What was opened and made is closed and taken away when the reader stops.
 */
export async function* chain(call: Call, signal: AbortSignal): Findings {
  yield node();
  const config = await call.parts.config.load(call.io.env, call.io.cwd);
  if (!config.ok) {
    const mend = 'mend the lines above; ./gatehouse config check looks at them alone';
    yield broken('configuration', `\n${call.parts.config.format(config.mistakes)}`, mend);
    return;
  }
  yield fine('configuration', `${config.file}, hash ${config.hash}`);
  const opened = await reach(call, config.settings);
  if (!opened.ok) {
    yield broken('database', opened.reason, 'start PostgreSQL, or mend database.url (or DATABASE_URL)');
    return;
  }
  try {
    yield fine('database', 'answers');
    yield await examineConnections(config.settings, opened.database);
    yield* overDatabase({ call, settings: config.settings, hash: config.hash, opened, signal });
  } finally {
    await opened.close();
  }
}

/** What the links behind the database work with. */
interface Walk {
  call: Call;
  settings: CommandSettings;
  hash: string;
  opened: OpenedDatabase;
  signal: AbortSignal;
}

async function* overDatabase(walk: Walk): Findings {
  const { call, settings, opened } = walk;
  yield await migrations(opened);
  let rooms: ChangingRooms;
  try {
    rooms = await call.parts.changing(settings, opened);
  } catch (error) {
    yield broken(
      'keys',
      sentenceOf(error),
      'look at encryption_key and subject_salt; ./gatehouse keys list tells more',
    );
    return;
  }
  try {
    yield await keys(walk);
    yield compareClock('clock', 'the clock of the database', await clockOf(opened.database));
    yield* withServer(walk, rooms);
  } finally {
    await rooms.close();
  }
}

async function* withServer({ call, settings, hash, signal }: Walk, rooms: ChangingRooms): Findings {
  const outbound = call.parts.visitor(settings);
  const ask: typeof fetch = (input, init) => outbound.fetch(input, { ...init, signal });
  try {
    yield* examineServer({ settings, hash, ask, mark: rooms.doctorMark });
    yield await mail(call, settings);
    yield* upstreams(call, settings);
    yield* walkClients({ settings, rooms, ask });
  } finally {
    await outbound.close();
  }
}

async function migrations({ database }: OpenedDatabase): Promise<Finding> {
  const { applied, pending } = await migrationStatus(database);
  if (pending.length === 0) return fine('migrations', `${applied.length} applied`);
  return broken('migrations', `pending: ${pending.join(', ')}`, 'run npm start (or ./gatehouse migrate)');
}

async function keys({ call, settings, opened }: Walk): Promise<Finding> {
  const listed = await call.parts.keys(settings, opened).list();
  const signing = listed.filter(({ state }) => state === 'signing').map(({ kind }) => kind);
  return fine('keys', `all can be opened; ${signing.join(', ')} sign`);
}

async function mail(call: Call, settings: CommandSettings): Promise<Finding> {
  const tried = await tryMail(settings.mail, call.texts['mail-to']);
  if (tried.ok) return fine('mail', tried.says);
  return broken('mail', tried.reason, 'look at mail.smtp: host, port, smtp or smtps, name and password');
}

/** Each upstream that is on: its metadata and credentials, and the URL that must be registered there. */
async function* upstreams(call: Call, settings: CommandSettings): Findings {
  const { issuer, mode, development } = settings;
  const outbound = call.parts.outbound(settings);
  try {
    for (const upstream of settings.upstreams) {
      const facts = upstreamFacts(upstream, { issuer, simulator: development.simulator });
      const check = `upstream ${upstream.id}`;
      const callback = `callback URL ${facts.callback_url}`;
      if (facts.state === 'off' || facts.state === 'simulated') {
        yield fine(check, `${facts.state}; ${callback}`);
        continue;
      }
      const { findings } = await examineUpstream(upstream, { issuer, mode, fetch: outbound.fetch });
      const wrong = findings.find(({ ok }) => !ok);
      if (wrong)
        yield broken(check, `${wrong.check}: ${wrong.says}`, `${wrong.mend ?? 'ask whoever runs it'}; ${callback}`);
      else yield fine(check, `metadata and keys are there; register exactly this ${callback}`);
    }
  } finally {
    await outbound.close();
  }
}
