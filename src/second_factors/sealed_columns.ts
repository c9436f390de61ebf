import type { SealedColumn } from '../database/index.ts';

/** What is sealed in this room. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'totp_seeds', key: ['account_id'], column: 'secret' },
  { table: 'factor_drafts', key: ['account_id', 'browser_hash', 'kind'], column: 'content' },
];
