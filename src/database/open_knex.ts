import knexFactory, { type Knex } from 'knex';

/** How many connections a pool may open, and how many milliseconds somebody waits for one. */
interface KnexPool {
  most: number;
  patience: number;
}

/** A pool of knex, which connects when it is asked for something. Rejects what goes wrong, and prints nothing. */
export function openKnex(connection: Knex.PgConnectionConfig, { most, patience }: KnexPool): Knex {
  return knexFactory({
    client: 'pg',
    connection,
    pool: { min: 0, max: most },
    acquireConnectionTimeout: patience,
    // Whatever goes wrong rejects and is logged once, where it is answered; knex would print it as well.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
}
