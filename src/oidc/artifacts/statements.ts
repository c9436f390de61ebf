import { accountAlong } from '../../accounts/index.ts';
import type { Statement } from '../../database/index.ts';
import { isSearchable, type ArtifactModel } from './models.ts';

/** Every statement on one model, in the form that takes many rows at once; only those that its columns allow. */
export interface Statements {
  find: Statement;
  findByUid?: Statement;
  findByUserCode?: Statement;
  upsert: Statement;
  renew: Statement;
  insert: Statement;
  consume?: Statement;
  destroy: Statement;
  revoke?: Statement;
  revokeOfSession?: Statement;
}

/** The statements of a model. Table and column names come from the closed table of models, values never do. */
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
  const { table, columns } = model;
  const selected = `select t.id as row_id, t.payload::text as row_payload${model.consumable ? ', t.consumed_at' : ''}`;
  const by = (column: string) => `${selected} from ${table} t where ${column} = $1 and ${live('$2')}`;
  return {
    find: named(model, 'find', selected + along(model)),
    ...('uid' in columns && { findByUid: named(model, 'find_by_uid', by('uid')) }),
    ...('user_code_hash' in columns && {
      findByUserCode: named(model, 'find_by_user_code', by('user_code_hash')),
    }),
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
  const rows = `unnest(${arrays}) as r(${all.join(', ')})`;
  return {
    insert: named(model, 'insert', `${insert} on conflict (id) do nothing returning id`),
    upsert: named(model, 'upsert', `${insert} on conflict (id) do update set ${replaced.join(', ')}`),
    renew: named(model, 'renew', `update ${table} t set ${renewed.join(', ')} from ${rows} where t.${key} = r.${key}`),
  };
}

function ending(model: ArtifactModel): Pick<Statements, 'destroy' | 'consume' | 'revoke' | 'revokeOfSession'> {
  const { table, columns, consumable } = model;
  const ofGrants = `delete from ${table} where grant_id = any($1)`;
  const consume = `update ${table} set consumed_at = $2
                   where id = any($1) and consumed_at is null and ${live('$2')} returning id`;
  return {
    destroy: named(model, 'destroy', `delete from ${table} where id = any($1)`),
    ...(consumable && { consume: named(model, 'consume', consume) }),
    ...('grant_id' in columns && { revoke: named(model, 'revoke', ofGrants) }),
    // A sealed payload cannot be searched; such requests in flight end with their grant anyway.
    ...(isSearchable(model) && {
      revokeOfSession: named(model, 'revoke_of_session', `${ofGrants} and payload->>'sessionUid' = $2`),
    }),
  };
}
