import type { Registry } from 'prom-client';
import type { Database } from '../database/index.ts';
import type { RecordDeed, RecordEvent } from '../events/index.ts';
import type { Sealer } from '../keys/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { Outbound } from '../outbound/index.ts';
import type { SimulatorAccess } from './simulated.ts';
import type { UpstreamSettings } from './settings.ts';

/** What the room needs. */
export interface UpstreamsDeps {
  settings: UpstreamSettings[];
  issuer: string;
  mode: 'development' | 'production';
  database: Database;
  sealer: Sealer;
  outbound: Outbound;
  record: RecordEvent;
  recordDeed: RecordDeed;
  logger: Logger;
  /** Where what is counted here is read. */
  metrics: Registry;
  /** Seconds for which a trip may take. */
  lifetimes: () => { upstream_transaction: number };
  /** Development mode only: plays the providers of upstreams without credentials. */
  simulator?: SimulatorAccess | undefined;
}
