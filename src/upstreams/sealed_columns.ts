import type { SealedColumn } from '../database/index.ts';

/** What is sealed in this room. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'upstream_transactions', key: ['state_hash'], column: 'secrets', named: true },
  { table: 'upstream_transactions', key: ['state_hash'], column: 'callback', named: true },
  { table: 'upstream_tokens', key: ['upstream_id', 'issuer', 'subject'], column: 'token' },
];
