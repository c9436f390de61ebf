import pg from 'pg';
import { seededTables } from './seed.ts';
import type { Table } from './table.ts';

/** What a row of a table takes on disk, in bytes. */
export interface RowSize {
  table: string;
  row: number;
  /** In all indexes together. */
  index: number;
}

/** Rows for each account in a house with a hundred million of them, and why so many. */
const perAccount: Record<string, { rows: number; why: string }> = {
  accounts: { rows: 1, why: '' },
  addresses: { rows: 1, why: '' },
  passwords: { rows: 0.7, why: 'the others come through an upstream or have a passkey' },
  grants: { rows: 3, why: 'three apps each' },
  sessions: { rows: 0.3, why: 'a third has been here within two weeks' },
  session_devices: { rows: 0.3, why: 'one a session' },
  refresh_tokens: { rows: 2, why: 'those in use, and those that were used up within 30 days' },
  access_tokens: { rows: 0.05, why: 'one hour each' },
  authorization_codes: { rows: 0.001, why: 'one minute each, until they are swept' },
  client_credentials: { rows: 0.001, why: 'one hour each' },
  events: { rows: 60, why: 'twelve sign-ins a year with five events each, kept for 400 days' },
};
const ACCOUNTS = 1e8;

/** Reads the sizes of all tables that were filled with so many rows. */
export async function rowSizes(url: string, rows: number): Promise<RowSize[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: sizes } = await client.query<{ table: string; bytes: number; index: number }>(
      `select t as table, pg_table_size(t::regclass)::float as bytes, pg_indexes_size(t::regclass)::float as index
       from unnest($1::text[]) t`,
      [seededTables],
    );
    return sizes.map(({ table, bytes, index }) => ({
      table,
      row: Math.round(bytes / rows),
      index: Math.round(index / rows),
    }));
  } finally {
    await client.end();
  }
}

/** The sizes, and what they come to with a hundred million accounts. */
export function sizeTable(sizes: readonly RowSize[]): Table {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0);
  const measured = Object.entries(perAccount).flatMap(([table, { rows, why }]) => {
    const size = sizes.find((one) => one.table === table);
    return size ? [{ ...size, table, rows, why, all: ACCOUNTS * rows * (size.row + size.index) }] : [];
  });
  const total = measured.reduce((sum, { all }) => sum + all, 0);
  return [
    ['table', 'bytes a row', 'in indexes', 'rows an account', 'GB at 10^8', 'because'],
    ...measured.map(({ table, row, index, rows, all, why }) => [
      `\`${table}\``,
      String(row),
      String(index),
      String(rows),
      gigabytes(all),
      why,
    ]),
    ['all', '', '', '', gigabytes(total), ''],
  ];
}
