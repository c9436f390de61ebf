/**
 * mail: what goes out by mail.
 *
 * Owns the outbox, the sender and the development mailbox. A mail is queued in the transaction of what it announces and
 * sent after the commit. Mounts no URL. Never keeps what a mail said once it is sent, and never logs an address.
 */
export { mailSettings, type MailSettings } from './mail_settings.ts';
export { openMail } from './mail.ts';
export type { Mail, MailDeps } from './mail.ts';
export type { MailTemplate, QueuedMail, RecordMailEvent, RenderMail, Sealer } from './queued_mail.ts';
export type { TakenMail } from './mailbox.ts';
