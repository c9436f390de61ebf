import type { Knex } from 'knex';
import type { Database, SealedColumn } from '../database/index.ts';
import type { Tag } from '../locales/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken } from '../kit/random.ts';

/** A mail as the outbox keeps it: what it says and to whom is sealed until it is sent. */
export interface OutboxMail {
  id: string;
  template: string;
  locale: Tag;
  content: string;
  reference?: string;
  queued_at: Date;
  /** How often it was tried, this time included. */
  tries: number;
}

/** Mails that wait. A mail belongs to one sender at a time, across all processes. */
export interface Outbox {
  add(mail: Omit<OutboxMail, 'tries' | 'queued_at'>, within: Knex): Promise<void>;
  /** Takes the mail that is due for longest, for `lease` seconds; whoever dies meanwhile loses it to the next. */
  claim(lease: number): Promise<OutboxMail | undefined>;
  sent(id: string): Promise<void>;
  retry(id: string, reason: string, seconds: number): Promise<void>;
  failed(id: string, reason: string): Promise<void>;
}

/** A new mail's id: also its Message-ID, so nothing can be learned from it. */
export const newMailId = secretToken;

/** What is sealed in this room. */
export const sealedColumns: readonly SealedColumn[] = [{ table: 'mail_outbox', key: ['id'], column: 'content' }];

/** What the sealed part of a mail is bound to. */
export function sealContext(id: string): string {
  return `mail_outbox ${id}`;
}

const claim = {
  name: 'mail_outbox_claim',
  text: `update mail_outbox set tries = tries + 1, due_at = $1
         where id = (
           select id from mail_outbox where sent_at is null and failed_at is null and due_at <= $2
           order by due_at limit 1 for update skip locked
         )
         returning id, template, locale, content, reference, tries, created_at as queued_at`,
};

/** The outbox in PostgreSQL. */
export function postgresOutbox(database: Database): Outbox {
  const { knex } = database;
  return {
    async add({ id, template, locale, content, reference }, within) {
      const at = now();
      await within('mail_outbox').insert({ id, template, locale, content, reference, created_at: at, due_at: at });
    },
    async claim(lease) {
      const { rows } = await database.run<OutboxMail>(claim, [inSeconds(lease), now()]);
      return rows[0];
    },
    async sent(id) {
      await knex('mail_outbox').where({ id }).update({ sent_at: now(), content: null, last_error: null });
    },
    async retry(id, reason, seconds) {
      await knex('mail_outbox')
        .where({ id })
        .update({ last_error: reason, due_at: inSeconds(seconds) });
    },
    async failed(id, reason) {
      await knex('mail_outbox').where({ id }).update({ last_error: reason, failed_at: now(), content: null });
    },
  };
}
