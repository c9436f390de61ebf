import { accountAlong } from '../../accounts/index.ts';
import type { Statement, Step } from '../../database/index.ts';
import { now } from '../../kit/clock.ts';
import { isSearchable, type ArtifactModel } from './models.ts';
import type { ArtifactRow } from './rows.ts';

/** One row that is looked for; of a session also for which client, whose grant then comes along. */
export interface Wanted {
  rowId: string;
  clientId?: string | undefined;
}

/** The statements on the table of a model; those that take arrays are for many rows at once. PostgreSQL refuses what its columns do not allow. */
export interface Statements {
  /** What is alive `at` a time; absent: now. */
  find(wanted: Wanted[], at?: Date): Step;
  findByUid(uid: string): Step;
  findByUserCode(hash: string): Step;
  upsert(rows: ArtifactRow[]): Step;
  /** Saves those that are still there. */
  renew(rows: ArtifactRow[]): Step;
  /** Saves those that are not there yet, and gives them back. */
  insert(rows: ArtifactRow[]): Step;
  /** Redeems those that are not redeemed yet, and gives them back. */
  consume(rowIds: string[]): Step;
  destroy(rowIds: string[]): Step;
  revoke(grantId: string): Step;
  revokeOfSession(grantId: string, sessionUid: string): Step;
}

/** The statements on a model. Table and column names come from the closed table of models, values never do. */
export function statementsOf(model: ArtifactModel): Statements {
  return { ...finding(model), ...saving(model), ...ending(model) };
}

function named({ table }: ArtifactModel, verb: string, text: string): Statement {
  return { name: `${table}_${verb}`, text };
}

function live(time: string, rows = ''): string {
  return `(${rows}expires_at is null or ${rows}expires_at > ${time})`;
}

function finding(model: ArtifactModel): Pick<Statements, 'find' | 'findByUid' | 'findByUserCode'> {
  const { table, columns, consumable } = model;
  const selected = `select t.id as row_id, t.payload::text as row_payload${consumable ? ', t.consumed_at' : ''}`;
  const by = (column: string, verb: string) => {
    const statement = named(model, verb, `${selected} from ${table} t where ${column} = $1 and ${live('$2')}`);
    return (value: string): Step => ({ statement, values: [value, now()] });
  };
  const find = named(model, 'find', selected + along(model));
  return {
    find(wanted, at = now()) {
      const clients = 'uid' in columns ? [wanted.map(({ clientId }) => clientId ?? null)] : [];
      return { statement: find, values: [wanted.map(({ rowId }) => rowId), at, ...clients] };
    },
    findByUid: by('uid', 'find_by_uid'),
    findByUserCode: by('user_code_hash', 'find_by_user_code'),
  };
}

const GRANT = 'g.id as grant_id, g.payload::text as grant_payload';
const SESSION = 's.id as session_id, s.uid as session_uid, s.payload::text as session_payload';

/**
 * What is asked next with a row comes along in the same statement, each found by its primary key, a session by its uid: with a
 * token its grant, session and account; with a session its account, and what was granted to the client that it is asked for.
 */
function along(model: ArtifactModel): string {
  const { table, columns } = model;
  if ('uid' in columns) {
    return `, q.client as asked_for, ${GRANT}, ${accountAlong.columns}
      from unnest($1::text[], $3::text[]) as q (id, client)
      join ${table} t on t.id = q.id and ${live('$2', 't.')}
      left join grants g on g.id = t.payload->'authorizations'->q.client->>'grantId' and ${live('$2', 'g.')}
      ${accountAlong.join('t.account_id')}`;
  }
  const found = `where t.id = any($1) and ${live('$2', 't.')}`;
  if (!isSearchable(model)) return ` from ${table} t ${found}`;
  return `, ${GRANT}, ${SESSION}, ${accountAlong.columns} from ${table} t
    left join grants g on g.id = t.grant_id and ${live('$2', 'g.')}
    left join sessions s on s.uid = t.payload->>'sessionUid' and (t.payload->'expiresWithSession')::boolean
      and ${live('$2', 's.')}
    ${accountAlong.join('g.account_id')} ${found}`;
}

function saving(model: ArtifactModel): Pick<Statements, 'upsert' | 'renew' | 'insert'> {
  const { table, key } = model;
  const columns = Object.keys(model.columns);
  const all = ['id', 'payload', 'expires_at', ...columns];
  const types = ['text', 'jsonb', 'timestamptz', ...columns.map(() => 'text')];
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  const insert = `insert into ${table} (${all.join(', ')}) select * from unnest(${arrays})`;
  // What a save does not bring along (the user code of a device) stays.
  const kept = columns.map((column) => `${column} = coalesce(excluded.${column}, ${table}.${column})`);
  const replaced = ['payload = excluded.payload', 'expires_at = excluded.expires_at', ...kept];
  const renewed = all
    .filter((column) => column !== key)
    .map((column) => `${column} = ${columns.includes(column) ? `coalesce(r.${column}, t.${column})` : `r.${column}`}`);
  const source = `unnest(${arrays}) as r(${all.join(', ')})`;
  const writing = (verb: string, text: string) => {
    const statement = named(model, verb, text);
    return (rows: ArtifactRow[]): Step => {
      const own = [
        rows.map(({ id }) => id),
        rows.map(({ payload }) => payload),
        rows.map(({ expiresAt }) => expiresAt),
      ];
      return {
        statement,
        values: [...own, ...columns.map((_, index) => rows.map((row) => row.columns[index] ?? null))],
      };
    };
  };
  return {
    insert: writing('insert', `${insert} on conflict (id) do nothing returning id`),
    upsert: writing('upsert', `${insert} on conflict (id) do update set ${replaced.join(', ')}`),
    renew: writing('renew', `update ${table} t set ${renewed.join(', ')} from ${source} where t.${key} = r.${key}`),
  };
}

function ending(model: ArtifactModel): Pick<Statements, 'destroy' | 'consume' | 'revoke' | 'revokeOfSession'> {
  const { table } = model;
  const ofGrant = `delete from ${table} where grant_id = $1`;
  const redeemable = `id = any($1) and consumed_at is null and ${live('$2')}`;
  const destroy = named(model, 'destroy', `delete from ${table} where id = any($1)`);
  const consume = named(model, 'consume', `update ${table} set consumed_at = $2 where ${redeemable} returning id`);
  const revoke = named(model, 'revoke', ofGrant);
  const revokeOfSession = named(model, 'revoke_of_session', `${ofGrant} and payload->>'sessionUid' = $2`);
  return {
    destroy: (rowIds) => ({ statement: destroy, values: [rowIds] }),
    consume: (rowIds) => ({ statement: consume, values: [rowIds, now()] }),
    revoke: (grantId) => ({ statement: revoke, values: [grantId] }),
    revokeOfSession: (grantId, sessionUid) => ({ statement: revokeOfSession, values: [grantId, sessionUid] }),
  };
}
