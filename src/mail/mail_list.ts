import type { Database } from '../database/index.ts';

/** A mail of the outbox as an operator may see it: neither to whom nor what it says. */
export interface ListedMail {
  id: string;
  template: string;
  state: 'waiting' | 'sent' | 'failed';
  tries: number;
  /** A stable word for what went wrong last. */
  lastError?: string;
  /** Of the visit that caused it. */
  reference?: string;
  queuedAt: Date;
  /** Waiting: when it is tried again; else when it was sent or given up. */
  at: Date;
}

/** Reads the outbox and sends nothing: what commands need. */
export interface MailReading {
  /** The newest first; only those that were given up when asked for. */
  list(wanted: { failed: boolean; limit: number }): Promise<ListedMail[]>;
}

interface Row {
  id: string;
  template: string;
  tries: number;
  last_error: string | null;
  reference: string | null;
  created_at: Date;
  due_at: Date;
  sent_at: Date | null;
  failed_at: Date | null;
}

const columns = ['id', 'template', 'tries', 'last_error', 'reference', 'created_at', 'due_at', 'sent_at', 'failed_at'];

/** The outbox of a database, for reading. */
export function readMails({ knex }: Database): MailReading {
  return {
    async list({ failed, limit }) {
      const mails = knex('mail_outbox').orderBy('created_at', 'desc').limit(limit);
      if (failed) void mails.whereNotNull('failed_at');
      // Named one by one: the content must not even be read.
      const rows: Row[] = await mails.select(columns);
      return rows.map(listed);
    },
  };
}

function listed(row: Row): ListedMail {
  const done = row.failed_at ?? row.sent_at;
  return {
    id: row.id,
    template: row.template,
    state: row.failed_at ? 'failed' : row.sent_at ? 'sent' : 'waiting',
    tries: row.tries,
    lastError: row.last_error ?? undefined,
    reference: row.reference ?? undefined,
    queuedAt: row.created_at,
    at: done ?? row.due_at,
  };
}
