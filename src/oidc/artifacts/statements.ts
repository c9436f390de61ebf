import type { Statement } from '../../database/index.ts';
import { models, type ArtifactModel, type ModelName } from './models.ts';

/** Every statement on one model, in the form that takes many rows at once. */
export interface Statements {
  find: Statement;
  findByUid: Statement;
  findByUserCode: Statement;
  upsert: Statement;
  renew: Statement;
  insert: Statement;
  consume: Statement;
  destroy: Statement;
  revoke: Statement;
  revokeOfSession: Statement;
  sweep: Statement;
}

/** The statements of each model. Table and column names come from the closed table of models, values never do. */
export const statements: Record<ModelName, Statements> = mapModels(build);

function build(model: ArtifactModel): Statements {
  const { table } = model;
  const named = (name: string, text: string): Statement => ({ name: `${table}_${name}`, text });
  const columns = Object.keys(model.columns);
  const all = ['id', 'payload', 'expires_at', ...columns];
  const types = ['text', 'jsonb', 'timestamptz', ...columns.map(() => 'text')];
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  const selected = `id, payload${model.consumable ? ', consumed_at' : ''}`;
  const insert = `insert into ${table} (${all.join(', ')}) select * from unnest(${arrays})`;
  // What a save does not bring along (the user code of a device) stays.
  const kept = columns.map((column) => `${column} = coalesce(excluded.${column}, ${table}.${column})`);
  const assigned = [
    ...all.filter((column) => !columns.includes(column)),
    ...columns.filter((column) => column !== model.key),
  ];
  const renewed = assigned.map(
    (column) => `${column} = ${columns.includes(column) ? `coalesce(r.${column}, t.${column})` : `r.${column}`}`,
  );
  const replaced = ['payload = excluded.payload', 'expires_at = excluded.expires_at', ...kept].join(', ');
  const live = (time: string) => `(expires_at is null or expires_at > ${time})`;
  return {
    find: named('find', `select ${selected} from ${table} where id = any($1) and ${live('$2')}`),
    findByUid: named('find_by_uid', `select ${selected} from ${table} where uid = $1 and ${live('$2')}`),
    findByUserCode: named(
      'find_by_user_code',
      `select ${selected} from ${table} where user_code_hash = $1 and ${live('$2')}`,
    ),
    upsert: named('upsert', `${insert} on conflict (id) do update set ${replaced}`),
    renew: named(
      'renew',
      `update ${table} t set ${renewed.join(', ')} from unnest(${arrays}) as r(${all.join(', ')}) where t.${model.key} = r.${model.key}`,
    ),
    insert: named('insert', `${insert} on conflict (id) do nothing`),
    consume: named(
      'consume',
      `update ${table} set consumed_at = $2 where id = any($1) and consumed_at is null and ${live('$2')} returning id`,
    ),
    destroy: named('destroy', `delete from ${table} where id = any($1)`),
    revoke: named('revoke', `delete from ${table} where grant_id = any($1)`),
    revokeOfSession: named(
      'revoke_of_session',
      `delete from ${table} where grant_id = any($1) and payload->>'sessionUid' = $2`,
    ),
    sweep: named(
      'sweep',
      `delete from ${table} where ctid = any(array(select ctid from ${table} where expires_at < $1 order by expires_at limit $2))`,
    ),
  };
}

function mapModels(make: (model: ArtifactModel) => Statements): Record<ModelName, Statements> {
  // Object.entries forgets the names of the keys.
  return Object.fromEntries(Object.entries(models).map(([name, model]) => [name, make(model)])) as Record<
    ModelName,
    Statements
  >;
}
