import type { Knex } from 'knex';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { uidsThrough } from './session_upstreams.ts';
import { deleteGrants } from './artifacts/delete_grants.ts';
import { models, searchableTablesOfGrant } from './artifacts/models.ts';
import type { AccountDirectory } from './deps.ts';
import type { Oidc } from './door.ts';
import type { LogoutNotices, Participant } from './logout_notices.ts';

interface EndingsDeps {
  database: Pick<Database, 'knex'>;
  notices: Pick<LogoutNotices, 'add' | 'wake'>;
  record: RecordEvent;
  accounts: Pick<AccountDirectory, 'forgetProofs'>;
}

interface SessionRow {
  uid: string;
  payload: { authorizations?: Record<string, { sid?: string; grantId?: string; persistsLogout?: true }> };
}

type Endings = Pick<Oidc, 'endEverythingOf' | 'endSession' | 'endOtherSessions' | 'endSessionsThrough' | 'revokeGrant'>;

/**
 * Every way in which what an account has open is ended from elsewhere than its own browser. Each is one transaction, in which
 * also stands whom to tell (Back-Channel Logout 1.0); the account is part of each statement, so that nobody ends another's.
 */
export function createEndings({ database: { knex }, notices, record, accounts }: EndingsDeps): Endings {
  const committed = async <Result>(work: (within: Knex) => Promise<Result>): Promise<Result> => {
    const result = await knex.transaction(work);
    notices.wake();
    return result;
  };
  // Within a transaction of somebody else, no event: it would take a second connection while the first one is held.
  const endSessions = async (
    accountId: string,
    which: (rows: Knex.QueryBuilder) => Knex.QueryBuilder,
    outer?: Knex,
  ): Promise<boolean> => {
    const work = (within: Knex) => endInTransaction(within, notices, accountId, which);
    const sessions = await (outer ? work(outer) : committed(work));
    if (sessions === 0) return false;
    if (!outer) await record({ type: 'oidc.sessions_ended', outcome: 'ok', accountId, detail: { sessions } });
    return true;
  };
  return {
    async endEverythingOf(accountId, within) {
      const work = async (own: Knex) => {
        await accounts.forgetProofs(own, accountId);
        return endEverything(own, notices, accountId);
      };
      const detail = await (within ? work(within) : committed(work));
      if (!within) await record({ type: 'oidc.account_ended', outcome: 'ok', accountId, detail });
    },
    endSession: (accountId, uid) => endSessions(accountId, (rows) => rows.where('uid', uid)),
    endOtherSessions: (accountId, keepUid, within) =>
      endSessions(accountId, (rows) => rows.whereNot('uid', keepUid), within),
    async endSessionsThrough(within, { accountId, ...through }) {
      const uids = uidsThrough(within, through);
      const owners: string[] = await within(models.Session.table).whereIn('uid', uids).distinct().pluck('account_id');
      let ended = 0;
      for (const owner of new Set([...owners, ...(accountId === undefined ? [] : [accountId])])) {
        ended += await endInTransaction(within, notices, owner, (rows) => rows.whereIn('uid', uids));
      }
      return ended;
    },
    async revokeGrant(accountId, clientId) {
      const grants = await committed((within) => revokeInTransaction(within, notices, accountId, clientId));
      if (grants > 0) await record({ type: 'oidc.grant_revoked', outcome: 'ok', accountId, clientId });
      return grants > 0;
    },
  };
}

/** Sessions, grants, every token below them, logins that were finished but not yet resumed, and what browsers remember. */
async function endEverything(within: Knex, notices: EndingsDeps['notices'], accountId: string) {
  const sessions = await deleteSessions(within.from(models.Session.table).where('account_id', accountId));
  const grants = await deleteGrants(within, { account_id: accountId });
  await deleteFinishedLogins(within, accountId);
  await within(models.BackchannelAuthenticationRequest.table).where('account_id', accountId).delete();
  await within('remembered_accounts').where('account_id', accountId).delete();
  await notices.add(within, accountId, sessions.flatMap(participantsOf));
  return { sessions: sessions.length, grants };
}

/** Ends what signing out would end: the sessions and what was issued in them, and neither consent nor offline access. */
async function endInTransaction(
  within: Knex,
  notices: EndingsDeps['notices'],
  accountId: string,
  which: (rows: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<number> {
  const end = () => deleteSessions(which(within.from(models.Session.table).where('account_id', accountId)));
  const before = await end();
  // A login of another browser that is not resumed yet would be the next session; one that was resumed meanwhile is one by now.
  await deleteFinishedLogins(within, accountId);
  const sessions = [...before, ...(await end())];
  const issued = sessions.flatMap(({ uid, payload }) =>
    Object.values(payload.authorizations ?? {})
      .filter(({ persistsLogout }) => persistsLogout !== true)
      .flatMap(({ grantId }) => (grantId === undefined ? [] : { grantId, uid })),
  );
  const pairs = [issued.map(({ grantId }) => grantId), issued.map(({ uid }) => uid)];
  for (const table of searchableTablesOfGrant) {
    await within.raw(
      `delete from ${table} t using unnest(?::text[], ?::text[]) as ended (grant_id, uid)
       where t.grant_id = ended.grant_id and t.payload->>'sessionUid' = ended.uid`,
      pairs,
    );
  }
  await notices.add(within, accountId, sessions.flatMap(participantsOf));
  return sessions.length;
}

/** The app learns it like a sign-out: what it shows of the person must end, too. */
async function revokeInTransaction(
  within: Knex,
  notices: EndingsDeps['notices'],
  accountId: string,
  clientId: string,
): Promise<number> {
  const grants = await deleteGrants(within, { account_id: accountId, client_id: clientId });
  if (grants === 0) return 0;
  const sessions: SessionRow[] = await within(models.Session.table)
    .where('account_id', accountId)
    .select('uid', 'payload');
  const participants = sessions.flatMap(participantsOf).filter((participant) => participant.clientId === clientId);
  await notices.add(within, accountId, participants);
  return grants;
}

async function deleteFinishedLogins(within: Knex, accountId: string): Promise<void> {
  const visits = within('visits').where('account_id', accountId).select('uid_hash');
  await within(models.Interaction.table).whereIn('id', visits).delete();
}

async function deleteSessions(rows: Knex.QueryBuilder): Promise<SessionRow[]> {
  return rows.delete().returning(['uid', 'payload']);
}

function participantsOf({ payload }: SessionRow): Participant[] {
  return Object.entries(payload.authorizations ?? {}).map(([clientId, { sid }]) => ({ clientId, sid }));
}
