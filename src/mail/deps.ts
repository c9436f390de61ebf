import type { Database } from '../database/index.ts';
import type { Logger } from '../kit/logger.ts';
import type { Tag } from '../locales/index.ts';
import type { MailTemplate } from './door.ts';
import type { MailSettings } from './mail_settings.ts';

/** Encryption that is bound to a context: what this room needs of keys, a sibling. */
export interface Sealer {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
}

/** Turns a template and its values into the mail's three parts, with every value escaped where it lands. */
export type RenderMail = (
  template: MailTemplate,
  locale: Tag,
  values: Record<string, string>,
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
}
