import type { SealedColumn } from '../database/index.ts';
import { modelEntries } from './artifacts/models.ts';
import { registeredSealed } from './registration/registered_clients.ts';

/** What is sealed in this room: requests in flight as a whole, members of some other artifacts, visits, and secrets of clients. */
export const sealedColumns: readonly SealedColumn[] = [
  ...modelEntries.flatMap(([, { table, sealed }]): SealedColumn[] =>
    sealed.length === 0
      ? []
      : [{ table, key: ['id'], column: 'payload', json: sealed === 'payload' ? 'whole' : sealed }],
  ),
  { table: 'visits', key: ['uid_hash'], column: 'params', named: true },
  { table: 'visits', key: ['uid_hash'], column: 'progress', named: true },
  registeredSealed,
];
