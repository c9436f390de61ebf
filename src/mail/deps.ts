import type { Database } from '../database/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { Device, MailLook } from './door.ts';

/** Encryption that is bound to a context: what this room needs of keys, a sibling. */
export interface Sealer {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
}

/** What this room needs of events, a sibling. */
export type RecordMailEvent = (event: {
  type: 'mail.sent' | 'mail.dropped' | 'mail.postponed' | 'mail.failed';
  outcome: 'ok' | 'failed';
  reference?: string;
  reason?: string;
  detail: { template: string; tries: number };
}) => Promise<void>;

/** What the room needs. */
export interface MailDeps extends MailLook {
  database: Database;
  sealer: Sealer;
  record: RecordMailEvent;
  logger: Logger;
  development: boolean;
  /** The device whose request is being answered; undefined in the background. */
  device?: () => Device | undefined;
}
