import type { Knex } from 'knex';
import type Provider from 'oidc-provider';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { models, tablesOfGrant } from './artifacts/models.ts';

/** What ending works with. */
interface EndEverythingDeps {
  database: Pick<Database, 'knex'>;
  provider: () => Provider;
  record: RecordEvent;
}

/** A client that took part in an ended session. */
interface Participant {
  clientId: string;
  sid?: string;
}

interface SessionRow {
  payload: { authorizations?: Record<string, { sid?: string }> };
}

/**
 * Ends whatever an account has open, in one transaction: sessions, grants, every token below them, and logins that were
 * finished but not yet resumed. Afterwards the apps of those sessions are told (Back-Channel Logout 1.0), as far as they answer.
 */
export function createEndEverything({
  database,
  provider,
  record,
}: EndEverythingDeps): (accountId: string) => Promise<void> {
  return async (accountId) => {
    const ended = await database.knex.transaction((within) => endInTransaction(within, accountId));
    await record({
      type: 'oidc.account_ended',
      outcome: 'ok',
      accountId,
      detail: { sessions: ended.sessions, grants: ended.grants },
    });
    const told = await Promise.allSettled(
      ended.participants.map((participant) => tell(provider(), accountId, participant)),
    );
    for (const [index, { status }] of told.entries()) {
      if (status === 'fulfilled') continue;
      const clientId = ended.participants[index]?.clientId;
      await record({ type: 'oidc.backchannel_logout_failed', outcome: 'failed', accountId, clientId });
    }
  };
}

async function endInTransaction(within: Knex, accountId: string) {
  const sessions: SessionRow[] = await within(models.Session.table)
    .where('account_id', accountId)
    .delete()
    .returning(['payload']);
  const grants: { id: string }[] = await within(models.Grant.table)
    .where('account_id', accountId)
    .delete()
    .returning(['id']);
  const grantIds = grants.map(({ id }) => id);
  for (const table of tablesOfGrant) await within(table).whereIn('grant_id', grantIds).delete();
  const visits = within('visits').where('account_id', accountId).select('uid_hash');
  await within(models.Interaction.table).whereIn('id', visits).delete();
  return { sessions: sessions.length, grants: grants.length, participants: sessions.flatMap(participantsOf) };
}

function participantsOf({ payload }: SessionRow): Participant[] {
  return Object.entries(payload.authorizations ?? {}).map(([clientId, { sid }]) => ({ clientId, sid }));
}

async function tell(provider: Provider, accountId: string, { clientId, sid }: Participant): Promise<void> {
  const client = await provider.Client.find(clientId);
  if (!client?.backchannelLogoutUri || typeof client['backchannelLogout'] !== 'function') return;
  // The library's types leave its methods out.
  await client['backchannelLogout'](accountId, sid);
}
