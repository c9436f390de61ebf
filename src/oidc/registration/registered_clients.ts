import type { Knex } from 'knex';
import type { AdapterPayload } from 'oidc-provider';
import type { Database, SealedColumn, Statement, Step, Sweep } from '../../database/index.ts';
import type { RecordDeed, RecordEvent } from '../../events/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { inSeconds, now } from '../../kit/clock.ts';
import { accountId, sha256 } from '../../kit/random.ts';
import { deleteGrants } from '../artifacts/delete_grants.ts';
import { usingInitialToken } from './initial_tokens.ts';

/** An app that registered itself, for an admin who looks. */
export interface RegisteredClient {
  id: string;
  name: string;
  redirectUris: string[];
  createdAt: Date;
  /** Exact to a day. */
  usedAt: Date;
  /** What it said of itself, without its secret: that there is one is all that is told. */
  metadata: Record<string, unknown>;
}

/** How a registration ended. `full`: there are as many as there may be. `used_up`: its initial access token. */
export type Registration = 'done' | 'full' | 'used_up';

/** The apps that registered themselves. Rejects as the database does. */
export interface RegisteredClients {
  /** The metadata of one, for the library; notes once a day that it was asked for. */
  find(id: string): Promise<AdapterPayload | undefined>;
  /** The names of those of these ids that are there. */
  names(ids: readonly string[]): Promise<Map<string, string>>;
  /** Those of these that want to be told of ended sessions. */
  toldOfLogout(within: Knex, ids: readonly string[]): Promise<string[]>;
  /** Keeps a new one while there are fewer than `most`, and uses the initial access token that it came with. */
  add(metadata: AdapterPayload, limits: { most: number; initialToken?: string }): Promise<Registration>;
  /** Replaces what one says of itself, once for a registration access token, which ends. False when somebody was faster. */
  replace(metadata: AdapterPayload, registrationToken: string): Promise<boolean>;
  /** Ends one with its grants and tokens. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** Ends those that nobody has used for so many seconds. Undefined: none are taken, and none end. */
  sweep(unused: () => number | undefined): Sweep;
}

interface RegisteredClientsDeps {
  database: Pick<Database, 'knex' | 'run'>;
  sealer: Sealer;
  record: RecordEvent;
  recordDeed: RecordDeed;
}

const TABLE = 'registered_clients';
const DAY = 86_400;
/** How many are swept in one go. */
const BATCH = 100;

/** What is sealed: the secret is what the app proves itself with, and a key. */
export const registeredSealed: SealedColumn = { table: TABLE, key: ['id'], column: 'payload', json: ['client_secret'] };

const ID = /^registered-[\w-]{22}$/;

/** A new id. Nothing in the config looks so but on purpose. */
export function newClientId(): string {
  return `registered-${accountId()}`;
}

/** Whether an app that registers itself may get this id. */
export function isRegisteredId(id: string): boolean {
  return ID.test(id);
}

const find: Statement = {
  name: 'registered_clients_find',
  text: `with used as (update ${TABLE} set used_at = $2 where id = $1 and used_at < $3)
         select payload from ${TABLE} where id = $1`,
};
/** Whoever counts waits for whoever counted before. */
const lock: Statement = {
  name: 'registered_clients_lock',
  text: "select pg_advisory_xact_lock(hashtextextended('registering clients', 0))",
};
const insert: Statement = {
  name: 'registered_clients_insert',
  text: `insert into ${TABLE} (id, payload, created_at, used_at)
         select $1::text, $2::jsonb, $3::timestamptz, $3 where (select count(*) from ${TABLE}) < $4::int`,
};
const update: Statement = {
  name: 'registered_clients_update',
  text: `update ${TABLE} set payload = $2, used_at = $3 where id = $1`,
};
const endToken: Statement = {
  name: 'registration_access_tokens_end',
  text: 'delete from registration_access_tokens where id = $1',
};

/** Registered clients in PostgreSQL. */
export function createRegisteredClients(deps: RegisteredClientsDeps): RegisteredClients {
  const { database, sealer, recordDeed } = deps;
  const { knex } = database;
  return {
    async find(id) {
      if (!isRegisteredId(id)) return undefined;
      const { rows } = await database.run<{ payload: AdapterPayload }>(find, [id, now(), inSeconds(-DAY)]);
      return rows[0] && opened(sealer, id, rows[0].payload);
    },
    async names(ids) {
      const wanted = ids.filter(isRegisteredId);
      if (wanted.length === 0) return new Map();
      const rows: { id: string; name: string }[] = await knex(TABLE)
        .whereIn('id', wanted)
        .select('id', knex.raw(`payload->>'client_name' as name`));
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async toldOfLogout(within, ids) {
      const wanted = ids.filter(isRegisteredId);
      if (wanted.length === 0) return [];
      return within(TABLE).whereIn('id', wanted).whereRaw(`payload->>'backchannel_logout_uri' is not null`).pluck('id');
    },
    async add(metadata, { most, initialToken }) {
      const id = idOf(metadata);
      const steps: Step[] = [
        { statement: lock, values: [] },
        ...(initialToken === undefined ? [] : [usingInitialToken(initialToken)]),
        { statement: insert, values: [id, sealed(sealer, id, metadata), now(), most], decisive: true },
      ];
      if (await recordDeed(steps, [{ type: 'oidc.client_registered', outcome: 'ok', clientId: id }])) return 'done';
      const [{ n } = { n: '0' }]: { n: string }[] = await knex(TABLE).count('* as n');
      return Number(n) >= most ? 'full' : 'used_up';
    },
    replace(metadata, registrationToken) {
      const id = idOf(metadata);
      const steps: Step[] = [
        { statement: endToken, values: [sha256(registrationToken)], decisive: true },
        { statement: update, values: [id, sealed(sealer, id, metadata), now()], decisive: true },
      ];
      return recordDeed(steps, [{ type: 'oidc.client_updated', outcome: 'ok', clientId: id }]);
    },
    ...ending(deps),
  };
}

function ending({ database: { knex }, record }: RegisteredClientsDeps): Pick<RegisteredClients, 'remove' | 'sweep'> {
  const end = async (id: string, unusedSince?: Date): Promise<boolean> => {
    const ended = await knex.transaction((within) => endInTransaction(within, id, unusedSince));
    const reason = unusedSince === undefined ? undefined : { reason: 'unused' };
    if (ended) await record({ type: 'oidc.client_removed', outcome: 'ok', clientId: id, ...reason });
    return ended;
  };
  return {
    remove: (id) => end(id),
    sweep: (unused) => ({
      table: TABLE,
      column: 'used_at',
      async step() {
        const seconds = unused();
        if (seconds === undefined) return { removed: 0, more: false };
        const since = inSeconds(-seconds);
        const ids: string[] = await knex(TABLE).where('used_at', '<', since).limit(BATCH).pluck('id');
        let removed = 0;
        for (const id of ids) removed += (await end(id, since)) ? 1 : 0;
        return { removed, more: ids.length === BATCH };
      },
    }),
  };
}

/** All of them, the newest first, without their secrets. */
export async function listRegisteredClients(knex: Knex): Promise<RegisteredClient[]> {
  const rows: { id: string; payload: AdapterPayload; created_at: Date; used_at: Date }[] = await knex(TABLE)
    .select('id', 'payload', 'created_at', 'used_at')
    .orderBy('created_at', 'desc');
  return rows.map(({ id, payload, created_at, used_at }) => ({
    id,
    name: String(payload['client_name']),
    redirectUris: Array.isArray(payload['redirect_uris']) ? payload['redirect_uris'].map(String) : [],
    createdAt: created_at,
    usedAt: used_at,
    metadata: { ...payload, ...(payload['client_secret'] !== undefined && { client_secret: '(not shown)' }) },
  }));
}

/** The row decides: whoever deletes it ends the rest as well. */
async function endInTransaction(within: Knex, id: string, unusedSince?: Date): Promise<boolean> {
  const rows = within(TABLE).where({ id });
  const ended: number = await (unusedSince ? rows.where('used_at', '<', unusedSince) : rows).delete();
  if (ended === 0) return false;
  await within('registration_access_tokens').where({ client_id: id }).delete();
  await within('client_credentials').whereRaw(`payload->>'clientId' = ?`, [id]).delete();
  await deleteGrants(within, { client_id: id });
  return true;
}

function idOf(metadata: AdapterPayload): string {
  return String(metadata['client_id']);
}

function sealed(sealer: Sealer, id: string, metadata: AdapterPayload): string {
  const { client_secret: secret } = metadata;
  if (typeof secret !== 'string') return JSON.stringify(metadata);
  return JSON.stringify({ ...metadata, client_secret: sealer.seal(secret, `${TABLE} ${id}`) });
}

function opened(sealer: Sealer, id: string, payload: AdapterPayload): AdapterPayload {
  const { client_secret: secret } = payload;
  return typeof secret === 'string' ? { ...payload, client_secret: sealer.open(secret, `${TABLE} ${id}`) } : payload;
}
