/**
 * database: the pool, the migrations runner and the embedded server.
 *
 * Owns every connection to PostgreSQL; nothing else creates one. Mounts no URL. Never reads PostgreSQL's clock and never
 * builds SQL out of values.
 */
export { openDatabase, type Connection, type Database, type PoolSizes, type Statement } from './pool.ts';
export { migrate, migrateDown, migrationStatus, type MigrationStatus } from './migrations.ts';
export { findEmbedded, startEmbedded, type Embedded } from './embedded.ts';
