import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { now } from '../../kit/clock.ts';

/** A JWKS (RFC 7517 5), as far as it is looked at before a key is used. */
export const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), issuer: z.string().optional() })).max(100),
});
/** The published keys of an upstream; jose imports one only when it is used, and refuses one that is malformed. */
export type PublishedKeys = z.output<typeof keySetSchema>;

/** The last good key set of each address, so that a restart does not need the upstream. */
export interface KeyStore {
  find(url: string): Promise<{ keys: PublishedKeys; fetchedAt: Date } | undefined>;
  save(url: string, keys: PublishedKeys): Promise<void>;
}

const find = { name: 'upstream_keys_find', text: 'select keys, fetched_at from upstream_keys where url = $1' };
const save = {
  name: 'upstream_keys_save',
  text: `insert into upstream_keys (url, keys, fetched_at) values ($1, $2, $3)
    on conflict (url) do update set keys = excluded.keys, fetched_at = excluded.fetched_at`,
};

/** The store on table `upstream_keys`. A row that no longer fits the schema counts as absent. */
export function postgresKeyStore(database: Database): KeyStore {
  return {
    async find(url) {
      const { rows } = await database.run<{ keys: unknown; fetched_at: Date }>(find, [url]);
      const keys = keySetSchema.safeParse(rows[0]?.keys).data;
      return rows[0] && keys && { keys, fetchedAt: rows[0].fetched_at };
    },
    async save(url, keys) {
      await database.run(save, [url, JSON.stringify(keys), now()]);
    },
  };
}
