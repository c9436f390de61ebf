import type { Knex } from 'knex';
import type { Sweep } from '../database/index.ts';
import type { Tag } from '../locales/index.ts';
import type { MailSettings } from './mail_settings.ts';

/** Every mail we send: the name of its view and of its texts. */
export type MailTemplate =
  | 'verify-email'
  | 'already-registered'
  | 'link-code'
  | 'identity-linked'
  | 'identity-unlinked'
  | 'identity-withdrawn'
  | 'upstream-alarm'
  | 'invitation'
  | 'reset-password'
  | 'password-changed'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-copied'
  | 'new-device'
  | 'sign-in-request'
  | 'second-step-on'
  | 'second-step-off'
  | 'totp-removed'
  | 'recovery-code-used'
  | 'recovery-codes-made'
  | 'change-address'
  | 'address-wanted'
  | 'address-confirmed'
  | 'address-changed'
  | 'address-restored'
  | 'deletion-scheduled'
  | 'deletion-done';

/** A mail to send. */
export interface QueuedMail {
  /** The stored address of its owner, never one that was only typed beside it. */
  to: string;
  template: MailTemplate;
  locale: Tag;
  values: Record<string, string>;
  reference?: string;
  /** A mail to nobody: queued and rendered like any other, then dropped. No time tells that there was nobody to write to. */
  decoy?: true;
  /** Of the person, for the time that the mail names. */
  timeZone?: string;
}

/** What a mail says of the device on which something was done. */
export interface Device {
  browser?: string;
  os?: string;
  place?: string;
}

/** A mail that the development mailbox took instead of sending it. */
export interface TakenMail {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** When it was queued. */
  at: Date;
}

/** How mails look and where they go: what can change while the process runs. */
export interface MailLook {
  settings: MailSettings;
  render: RenderMail;
  /** Whom an answer to a mail reaches, if that is an address. */
  support?: string;
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

/** What the room offers. */
export interface Mail {
  /** Queues a mail in this transaction: it is sent if the transaction commits, and never otherwise. */
  queue(within: Knex, mail: QueuedMail): Promise<void>;
  /** Says that something was committed; without it the mail goes out within a second or two. */
  wake(): void;
  /** The development mailbox, newest first; empty when mails are really sent. */
  mailbox(): TakenMail[];
  start(): void;
  /** Resolves when the mails in flight are out. What is queued later waits for the next start. */
  stop(): Promise<void>;
  /** What was sent or given up more than 30 days ago. */
  sweeps: readonly Sweep[];
  /** Makes ready for other settings; mails that are sent after the call of what it returns go by them. Throws like the opening. */
  prepare(look: MailLook): () => void;
}
