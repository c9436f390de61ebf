/**
 * mail: what goes out by mail.
 *
 * Owns the outbox, the sender and the development mailbox. A mail is queued in the transaction of what it announces and
 * sent after the commit. Mounts no URL. Never keeps what a mail said once it is sent, and never logs an address.
 */
export { openMail } from './mail.ts';
export { readMails, type MailReading } from './mail_list.ts';
export { sealedColumns } from './outbox.ts';
export { mailSettings, type MailSettings } from './mail_settings.ts';
export { tryMail, type MailTried } from './try_mail.ts';
export type { RecordMailEvent, Sealer } from './deps.ts';
export type { Happened, Mail, MailTemplate, QueuedMail, RenderMail, TakenMail } from './door.ts';
