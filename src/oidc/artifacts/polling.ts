import Provider, { errors, type Adapter } from 'oidc-provider';
import type { Database } from '../../database/index.ts';
import { now } from '../../kit/clock.ts';
import type { ArtifactModel } from './models.ts';
import { storedId } from './rows.ts';

/** Seconds that are added to the interval of whoever asks too soon (RFC 8628 3.5). */
const MORE = 5;
/** Seconds by which a program may be early: its clock and the way here are not exact. */
const EARLY = 1;

/** The same adapter, which answers `slow_down` to a program that asks for its answer sooner than it may (RFC 8628 3.5, CIBA 11). */
export function paced(adapter: Adapter, model: ArtifactModel, database: Pick<Database, 'run'>): Adapter {
  const ask = {
    name: `${model.table}_poll`,
    text: `with before as (
             select id, coalesce(polled_at > $2::timestamptz - make_interval(secs => poll_seconds - $3::int), false) as soon
             from ${model.table} where id = $1 for update
           )
           update ${model.table} t set polled_at = $2, poll_seconds = poll_seconds + case when soon then $4::int else 0 end
           from before where t.id = before.id returning soon`,
  };
  return {
    ...adapter,
    async find(id) {
      const found = await adapter.find(id);
      if (!found || Provider.ctx?.oidc.route !== 'token' || isAnswered(found)) return found;
      const { rows } = await database.run<{ soon: boolean }>(ask, [storedId(model, id), now(), EARLY, MORE]);
      if (rows[0]?.soon) throw new errors.SlowDown('ask again later, and from now on less often');
      return found;
    },
  };
}

/** Whoever has an answer gets it at once. */
function isAnswered({ accountId, grantId, error }: { accountId?: string; grantId?: string; error?: unknown }): boolean {
  return error !== undefined || (accountId !== undefined && grantId !== undefined);
}
