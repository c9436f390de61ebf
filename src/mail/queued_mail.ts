import type { Tag } from '../locales/index.ts';

export type MailTemplate = 'verify-email' | 'already-registered' | 'link-code' | 'identity-linked';

/** What this room needs of keys: encryption that is bound to a context. */
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

/** What this room needs of events. */
export type RecordMailEvent = (event: {
  type: string;
  outcome: 'ok' | 'failed';
  reference?: string;
  reason?: string;
  detail: { template: string; tries: number };
}) => Promise<void>;

export interface QueuedMail {
  /** The stored address of its owner, never one that was only typed beside it (security.md A19). */
  to: string;
  template: MailTemplate;
  locale: Tag;
  values: Record<string, string>;
  reference?: string;
}

/** What the sealed part of a mail is bound to. */
export function sealContext(id: string): string {
  return `mail_outbox ${id}`;
}
