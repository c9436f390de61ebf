import type { Database } from '../database/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { Tag } from '../locales/index.ts';
import type { Device, MailTemplate } from './door.ts';
import type { MailSettings } from './mail_settings.ts';

/** Encryption that is bound to a context: what this room needs of keys, a sibling. */
export interface Sealer {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
}

/** When and on what device that was done of which a mail tells; in UTC where the time zone of its owner is not known. */
export interface Happened {
  at: Date;
  timeZone?: string;
  device?: Device;
}

/** Turns a template and its values into the mail's three parts, with every value escaped where it lands. */
export type RenderMail = (
  template: MailTemplate,
  locale: Tag,
  values: Record<string, string>,
  happened: Happened,
) => { subject: string; text: string; html: string } | Promise<{ subject: string; text: string; html: string }>;

/** What this room needs of events, a sibling. */
export type RecordMailEvent = (event: {
  type: 'mail.sent' | 'mail.dropped' | 'mail.postponed' | 'mail.failed';
  outcome: 'ok' | 'failed';
  reference?: string;
  reason?: string;
  detail: { template: string; tries: number };
}) => Promise<void>;

/** What the room needs. */
export interface MailDeps {
  database: Database;
  settings: MailSettings;
  sealer: Sealer;
  render: RenderMail;
  record: RecordMailEvent;
  logger: Logger;
  development: boolean;
  /** Whom an answer to a mail reaches, if that is an address. */
  support?: string;
  /** The device whose request is being answered; undefined in the background. */
  device?: () => Device | undefined;
}
