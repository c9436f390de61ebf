import type { Database, Statement } from '../database/index.ts';
import { now } from '../kit/clock.ts';

/** How much of each kind is open. */
interface Holdings {
  grants: number;
  sessions: number;
  refresh_tokens: number;
}

const ofClient = {
  name: 'holdings_of_client',
  text: `with given as (select id, account_id from grants where client_id = $2 and expires_at > $1)
         select (select count(*) from given) as grants,
                (select count(*) from sessions where account_id in (select account_id from given)
                   and expires_at > $1 and jsonb_exists(payload->'authorizations', $2)) as sessions,
                (select count(*) from refresh_tokens where grant_id in (select id from given)
                   and expires_at > $1 and consumed_at is null) as refresh_tokens`,
};

const ofAll = {
  name: 'holdings_of_all',
  text: `select (select count(*) from grants where expires_at > $1) as grants,
                (select count(*) from sessions where expires_at > $1 and account_id is not null) as sessions,
                (select count(*) from refresh_tokens where expires_at > $1 and consumed_at is null) as refresh_tokens`,
};

/** Counts what is open: of one client, or of all. */
export function readHoldings({ run }: Pick<Database, 'run'>) {
  const count = async (statement: Statement, more: unknown[]): Promise<Holdings> => {
    const { rows } = await run<Record<keyof Holdings, string>>(statement, [now(), ...more]);
    const [{ grants, sessions, refresh_tokens } = { grants: 0, sessions: 0, refresh_tokens: 0 }] = rows;
    return { grants: Number(grants), sessions: Number(sessions), refresh_tokens: Number(refresh_tokens) };
  };
  return { ofClient: (id: string) => count(ofClient, [id]), ofAll: () => count(ofAll, []) };
}
