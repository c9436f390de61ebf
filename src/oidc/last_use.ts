import type { Context } from 'koa';
import { combine, type Database, type Step } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { describeError } from '../kit/errors.ts';
import type { OidcDeps } from './deps.ts';

interface LastUseDeps extends Pick<OidcDeps, 'logger'> {
  database: Pick<Database, 'run'>;
  web: Pick<OidcDeps['web'], 'device'>;
}

/** Notes what is in use. Returns at once: it is written after the answer, and what goes wrong there is only logged. */
export interface LastUse {
  /** The session of this browser, with its device. */
  session(ctx: Context, uid: string): void;
  /** The same as steps of a transaction that is written anyway: none, where it was noted lately. */
  notingSession(ctx: Context, uid: string): Step[];
  /** What somebody allowed the app, which obtains something by it. */
  grant(ctx: Context, id: string): void;
}

/** A finer time would be a write at each request, and tell nobody more. */
const EVERY_SECONDS = 300;
/** So many are remembered as written; beyond that the statement's own condition spares the write. */
const MOST = 10_000;

const seen = {
  name: 'session_devices_seen',
  text: `insert into session_devices as d (uid, browser, os, place, created_at, last_seen_at)
         select uid, q.browser, q.os, q.place, $5, $5
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as q (uid, browser, os, place) join sessions using (uid)
         on conflict (uid) do update set browser = excluded.browser, os = excluded.os, place = excluded.place,
           last_seen_at = excluded.last_seen_at
         where d.last_seen_at <= $6`,
};

const used = {
  name: 'grants_used',
  text: 'update grants set last_used_at = $2 where id = any($1) and (last_used_at is null or last_used_at <= $3)',
};

/** Last uses over the tables of sessions and grants. */
export function createLastUse({ database, web, logger }: LastUseDeps): LastUse {
  const written = new Map<string, Date>();
  const isDue = (key: string): boolean => {
    const last = written.get(key);
    if (last && last > inSeconds(-EVERY_SECONDS)) return false;
    remember(written, key);
    return true;
  };
  const noteSessions = combine<SeenSession, void>({
    async run(sessions) {
      const { statement, values } = seeing(sessions);
      await database.run(statement, values);
      return sessions.map(() => {});
    },
    again: { as: 'replace' },
  });
  const noteGrants = combine<string, void>({
    async run(ids) {
      await database.run(used, [ids, now(), inSeconds(-EVERY_SECONDS)]);
      return ids.map(() => {});
    },
    again: { as: 'replace' },
  });
  const after = (ctx: Context, key: string, write: () => Promise<unknown>): void => {
    if (!isDue(key)) return;
    ctx.res.once('close', () => {
      write().catch((cause: unknown) => {
        written.delete(key);
        logger.warn({ error: describeError(cause) }, 'a last use was not kept');
      });
    });
  };
  const seenBy = (ctx: Context, uid: string): SeenSession => ({ uid, ...web.device(ctx) });
  return {
    session: (ctx, uid) => after(ctx, `session ${uid}`, () => noteSessions(uid, seenBy(ctx, uid))),
    notingSession(ctx, uid) {
      const key = `session ${uid}`;
      if (!isDue(key)) return [];
      // An authorization that fails has written nothing.
      ctx.res.once('close', () => void (ctx.status >= 400 && written.delete(key)));
      return [seeing([seenBy(ctx, uid)])];
    },
    grant: (ctx, id) => after(ctx, `grant ${id}`, () => noteGrants(id, id)),
  };
}

/** A session, and the device on which it was seen. */
type SeenSession = { uid: string } & ReturnType<LastUseDeps['web']['device']>;

function seeing(sessions: readonly SeenSession[]): Step {
  const each = (member: keyof SeenSession) => sessions.map((session) => session[member] ?? null);
  const values = [each('uid'), each('browser'), each('os'), each('place'), now(), inSeconds(-EVERY_SECONDS)];
  return { statement: seen, values };
}

/** Forgets the oldest when there are too many. */
function remember(written: Map<string, Date>, key: string): void {
  written.delete(key);
  written.set(key, now());
  const [oldest] = written.keys();
  if (written.size > MOST && oldest !== undefined) written.delete(oldest);
}
