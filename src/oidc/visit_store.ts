import type { AdapterPayload } from 'oidc-provider';
import type { Database, Step } from '../database/index.ts';
import type { Sealer } from '../keys/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { sha256 } from '../kit/random.ts';
import { models } from './artifacts/models.ts';
import { fromRow } from './artifacts/rows.ts';

/** What is kept of one prompt of a visit. */
export interface VisitRecord {
  browserHash: string;
  reference: string;
  clientId: string;
  /** The authorize parameters with which it can begin again. */
  params: Record<string, unknown>;
  progress: Record<string, unknown>;
  expiresAt: Date;
  restartableUntil: Date;
  finishedAt: Date | null;
  /** What the library keeps of the prompt, as long as that is there. */
  interaction?: AdapterPayload;
}

/** A prompt whose page is about to be shown. */
type NewVisit = Pick<VisitRecord, 'browserHash' | 'reference' | 'clientId' | 'params'>;

interface VisitRow {
  browser_hash: string;
  reference: string;
  client_id: string;
  params: string;
  progress: string | null;
  expires_at: Date;
  restartable_until: Date;
  finished_at: Date | null;
  interaction: unknown;
}

/** The visits of all browsers. Uids are secrets of a browser: only their hash is stored. */
export interface VisitStore {
  /** The step that adds it. */
  adding(uid: string, visit: NewVisit): Step;
  /** Also an expired or finished one, as long as it can be begun again. */
  find(uid: string): Promise<VisitRecord | undefined>;
  /** False when the visit is over. */
  progress(uid: string, progress: object): Promise<boolean>;
}

const add = {
  name: 'visits_add',
  text: `insert into visits (uid_hash, browser_hash, reference, client_id, params, created_at, expires_at, restartable_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};
const find = {
  name: 'visits_find',
  text: `select v.browser_hash, v.reference, v.client_id, v.params, v.progress, v.expires_at, v.restartable_until,
           v.finished_at, i.payload as interaction
         from visits v left join interactions i on i.id = v.uid_hash and i.expires_at > $2
         where v.uid_hash = $1 and v.restartable_until > $2`,
};
const progress = {
  name: 'visits_progress',
  text: 'update visits set progress = $2 where uid_hash = $1 and finished_at is null and expires_at > $3',
};

/** What the store works with. */
interface VisitStoreDeps {
  database: Database;
  sealer: Sealer;
  seconds: () => { interaction: number; restart: number };
}

/** Visits in PostgreSQL, with parameters and progress encrypted. */
export function createVisitStore({ database, sealer, seconds }: VisitStoreDeps): VisitStore {
  const seal = (part: string, hash: string, value: object): string =>
    sealer.seal(JSON.stringify(value), `visits ${hash} ${part}`);
  const open = (part: string, hash: string, value: string): Record<string, unknown> =>
    // Written by `seal` alone, out of objects.
    JSON.parse(sealer.open(value, `visits ${hash} ${part}`)) as Record<string, unknown>;

  return {
    adding(uid, { browserHash, reference, clientId, params }) {
      const hash = sha256(uid);
      const { interaction, restart } = seconds();
      const until = inSeconds(Math.max(interaction, restart));
      const sealed = seal('params', hash, params);
      const values = [hash, browserHash, reference, clientId, sealed, now(), inSeconds(interaction), until];
      return { statement: add, values };
    },
    async find(uid) {
      const hash = sha256(uid);
      const { rows } = await database.run<VisitRow>(find, [hash, now()]);
      const [row] = rows;
      if (!row) return undefined;
      return {
        browserHash: row.browser_hash,
        reference: row.reference,
        clientId: row.client_id,
        params: open('params', hash, row.params),
        progress: row.progress === null ? {} : open('progress', hash, row.progress),
        expiresAt: row.expires_at,
        restartableUntil: row.restartable_until,
        finishedAt: row.finished_at,
        interaction:
          row.interaction === null
            ? undefined
            : fromRow(models.Interaction, sealer, { id: hash, payload: row.interaction }, { jti: uid }),
      };
    },
    async progress(uid, value) {
      const hash = sha256(uid);
      const { rowCount } = await database.run(progress, [hash, seal('progress', hash, value), now()]);
      return rowCount === 1;
    },
  };
}
