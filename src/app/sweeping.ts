import { Counter, Gauge, type Registry } from 'prom-client';
import { createSweeper, type Database, type Sweep, type Sweeper } from '../database/index.ts';
import { describeError } from '../kit/errors.ts';
import type { Logger } from '../kit/logger.ts';

/** Whoever has rows that end. */
interface Sweeping {
  sweeps: readonly Sweep[];
}

const SWEPT = [
  'administration',
  'oidc',
  'upstreams',
  'accounts',
  'secondFactors',
  'passkeys',
  'mail',
  'limits',
  'events',
] as const;

/** The rooms that have rows which end. */
export type SweptRooms = Record<(typeof SWEPT)[number], Sweeping>;

/** All that is swept, room by room. */
export function sweepsOf(rooms: SweptRooms): Sweep[] {
  return SWEPT.flatMap((room) => rooms[room].sweeps);
}

/** What the sweeper of a process works with. */
interface OwnSweeperDeps {
  database: Database;
  sweeps: readonly Sweep[];
  logger: Logger;
  metrics: Registry;
}

/** The sweeper of a process that serves: what it does is counted, and told at level debug. */
export function openSweeper({ database, sweeps, logger, metrics }: OwnSweeperDeps): Sweeper {
  const registers = [metrics];
  const removed = new Counter({
    name: 'swept_rows_total',
    help: 'Rows that had ended and were removed by this process.',
    labelNames: ['table'] as const,
    registers,
  });
  const left = new Gauge({
    name: 'sweep_behind_tables',
    help: 'Tables of which the last pass of this process left something for the next one.',
    registers,
  });
  return createSweeper({
    database,
    sweeps,
    passed({ swept, behind }) {
      for (const [table, rows] of Object.entries(swept)) removed.inc({ table }, rows);
      left.set(behind.length);
      const found = Object.fromEntries(Object.entries(swept).filter(([, rows]) => rows > 0));
      if (Object.keys(found).length > 0) logger.debug({ swept: found, behind }, 'swept');
    },
    failed(cause, table) {
      logger.warn({ table, error: describeError(cause) }, 'a table was not swept');
    },
  });
}
