import { now } from '../../kit/clock.ts';
import type { Database } from '../../database/index.ts';
import { documentSchema, type DiscoveryDocument } from './discovery_document.ts';

/** The last good discovery document of each issuer. */
export interface MetadataStore {
  find(issuer: string): Promise<DiscoveryDocument | undefined>;
  save(document: DiscoveryDocument): Promise<void>;
}

const find = { name: 'upstream_metadata_find', text: 'select document from upstream_metadata where issuer = $1' };
const save = {
  name: 'upstream_metadata_save',
  text: `insert into upstream_metadata (issuer, document, fetched_at) values ($1, $2, $3)
    on conflict (issuer) do update set document = excluded.document, fetched_at = excluded.fetched_at`,
};

/** The store on table `upstream_metadata`. A row that no longer fits the schema counts as absent. */
export function postgresMetadataStore(database: Database): MetadataStore {
  return {
    async find(issuer) {
      const { rows } = await database.run<{ document: unknown }>(find, [issuer]);
      return documentSchema.safeParse(rows[0]?.document).data;
    },
    async save(document) {
      await database.run(save, [document.issuer, JSON.stringify(document), now()]);
    },
  };
}
