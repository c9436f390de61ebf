import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import { createQueueWorker, secondsUntilRetry, type Database, type QueueWorker } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { describeError } from '../kit/errors.ts';
import type { OidcDeps } from './deps.ts';
import type { RegisteredClients } from './registration/registered_clients.ts';

/** A client that took part in a session. */
export interface Participant {
  clientId: string;
  /** The session, as this client knows it. */
  sid?: string;
}

/** What an app is still to be told. */
interface Notice {
  id: string;
  client_id: string;
  account_id: string;
  sid: string | null;
  tries: number;
  expires_at: Date;
}

interface LogoutNoticesDeps extends Pick<OidcDeps, 'clients' | 'record' | 'logger'> {
  database: Database;
  registered: Pick<RegisteredClients, 'toldOfLogout'>;
  /** The engine of this moment: it signs the logout token and sends it. */
  provider: () => Provider;
}

/** Tells apps of sessions that have ended (Back-Channel Logout 1.0), until they answer or a day has passed. */
export interface LogoutNotices extends QueueWorker {
  /** Notes in this transaction whom to tell, among those that want to be told. */
  add(within: Knex, accountId: string, participants: Participant[]): Promise<void>;
  /** Notes an app that was told at once and did not answer. Never rejects. */
  tryAgain(accountId: string, participant: Participant): Promise<void>;
}

const DAY = 86_400;
/** Longer than any try may take, so that nobody else tells the same app meanwhile. */
const LEASE = 60;

const claim = {
  name: 'logout_notices_claim',
  text: `update logout_notices set tries = tries + 1, due_at = $1
         where id = (
           select id from logout_notices where due_at <= $2 order by due_at limit 1 for update skip locked
         )
         returning id, client_id, account_id, sid, tries, expires_at`,
};

/** The notices over their table. */
export function createLogoutNotices(deps: LogoutNoticesDeps): LogoutNotices {
  const { database, clients, registered, record, logger } = deps;
  const rowOf = (accountId: string, { clientId, sid }: Participant, tries = 0) => ({
    client_id: clientId,
    account_id: accountId,
    sid,
    tries,
    created_at: now(),
    due_at: tries === 0 ? now() : inSeconds(secondsUntilRetry(tries)),
    expires_at: inSeconds(DAY),
  });
  return {
    ...createQueueWorker({
      takeNext: () => tellNext(deps),
      unreadable: (cause) => logger.warn({ error: describeError(cause) }, 'the logout notices could not be read'),
    }),
    async add(within, accountId, participants) {
      const strangers = participants.map(({ clientId }) => clientId).filter((id) => clients.find(id) === undefined);
      const told = new Set(await registered.toldOfLogout(within, strangers));
      const wanted = participants.filter(
        ({ clientId: id }) => told.has(id) || clients.find(id)?.['backchannel_logout_uri'],
      );
      if (wanted.length > 0) await within('logout_notices').insert(wanted.map((each) => rowOf(accountId, each)));
    },
    async tryAgain(accountId, participant) {
      const { clientId } = participant;
      await record({ type: 'oidc.backchannel_logout_failed', outcome: 'failed', accountId, clientId });
      try {
        await database.knex('logout_notices').insert(rowOf(accountId, participant, 1));
      } catch (cause) {
        logger.warn({ clientId, error: describeError(cause) }, 'an app that did not answer will not be told again');
      }
    },
  };
}

/** Tells the app that has waited for longest; false when none waits. */
async function tellNext(deps: LogoutNoticesDeps): Promise<boolean> {
  const { rows } = await deps.database.run<Notice>(claim, [inSeconds(LEASE), now()]);
  const [notice] = rows;
  if (!notice) return false;
  const row = deps.database.knex('logout_notices').where({ id: notice.id });
  try {
    await tell(deps.provider(), notice);
  } catch {
    const again = inSeconds(secondsUntilRetry(notice.tries));
    const over = again >= notice.expires_at;
    await (over ? row.delete() : row.update({ due_at: again }));
    await recordFailure(deps, notice, over);
    return true;
  }
  await row.delete();
  return true;
}

/** Twice at most for one notice, not at every try. */
async function recordFailure({ record }: LogoutNoticesDeps, notice: Notice, over: boolean): Promise<void> {
  const about = { outcome: 'failed', accountId: notice.account_id, clientId: notice.client_id } as const;
  if (over) await record({ ...about, type: 'oidc.backchannel_logout_given_up' });
  else if (notice.tries === 1) await record({ ...about, type: 'oidc.backchannel_logout_failed' });
}

/** An app that left the config, or does not want to know any more, is told nothing. */
async function tell(provider: Provider, { client_id, account_id, sid }: Notice): Promise<void> {
  const client = await provider.Client.find(client_id);
  if (!client?.backchannelLogoutUri || typeof client['backchannelLogout'] !== 'function') return;
  // The library's types leave its methods out.
  await client['backchannelLogout'](account_id, sid ?? undefined);
}
