import type { Knex } from 'knex';
import type { Database, Step, Sweep } from '../../database/index.ts';
import type { RecordEvent } from '../../events/index.ts';
import { epochSeconds, inSeconds, now } from '../../kit/clock.ts';
import { secretToken, sha256 } from '../../kit/random.ts';

/** With it apps may register themselves (RFC 7591 3). The token itself was shown once. */
export interface InitialToken {
  /** The hash of the token: names it to an admin, and opens nothing. */
  id: string;
  uses: number;
  usesLeft: number;
  createdBy: string;
  note?: string;
  createdAt: Date;
  expiresAt: Date;
  state: 'usable' | 'used_up' | 'expired';
}

/** What it takes to make one. */
interface NewInitialToken {
  /** So many apps can be registered with it. */
  uses: number;
  /** Seconds from now until it ends. */
  lifetime: number;
  createdBy: string;
  note?: string;
}

/** The initial access tokens, as those who make them see them. */
export interface InitialTokens {
  /** Makes one. The answer is the only place of the token itself. */
  make(wanted: NewInitialToken): Promise<{ token: string; made: InitialToken }>;
  /** Deletes the one whose id begins so; what was registered with it stays. `several` and `unknown` change nothing. */
  withdraw(prefix: string): Promise<InitialToken | 'several' | 'unknown'>;
}

interface Row {
  id: string;
  uses: number;
  uses_left: number;
  created_by: string;
  note: string | null;
  created_at: Date;
  expires_at: Date;
}

const TABLE = 'initial_access_tokens';
const KEPT_SECONDS = 30 * 86_400;
/** So much of an id as people read and type. */
export const SHORT_ID = 8;

const use = {
  name: 'initial_access_tokens_use',
  text: `update ${TABLE} set uses_left = uses_left - 1 where id = $1 and uses_left > 0 and expires_at > $2`,
};

/** The step that uses a token once: as many callers as it has uses meet a row, also when they come at once. */
export function usingInitialToken(token: string): Step {
  return { statement: use, values: [sha256(token), now()], decisive: true };
}

/** Initial access tokens in PostgreSQL, in the table where the library looks for them. */
export function createInitialTokens({
  database: { knex },
  record,
}: {
  database: Pick<Database, 'knex'>;
  record: RecordEvent;
}): InitialTokens {
  return {
    async make({ uses, lifetime, createdBy, note }) {
      const token = secretToken();
      const [iat, created, expires] = [epochSeconds(), now(), inSeconds(lifetime)];
      const payload = { kind: 'InitialAccessToken', iat, exp: Math.floor(expires.getTime() / 1000) };
      const counted = { uses, uses_left: uses, created_by: createdBy, note: note ?? null };
      const row = { id: sha256(token), ...counted, created_at: created, expires_at: expires };
      await knex(TABLE).insert({ ...row, payload: JSON.stringify(payload) });
      const made = tokenOf(row);
      const detail = { token: made.id.slice(0, SHORT_ID), uses };
      await record({ type: 'oidc.initial_access_token_made', outcome: 'ok', detail });
      return { token, made };
    },
    async withdraw(prefix) {
      const [found, another] = (await listInitialTokens(knex)).filter(
        ({ id }) => prefix !== '' && id.startsWith(prefix),
      );
      if (another) return 'several';
      if (
        !found ||
        (await knex(TABLE)
          .where({ id: hashOf(found.id) })
          .delete()) === 0
      )
        return 'unknown';
      const detail = { token: found.id.slice(0, SHORT_ID) };
      await record({ type: 'oidc.initial_access_token_withdrawn', outcome: 'ok', detail });
      return found;
    },
  };
}

/** All that are kept, the newest first. */
export async function listInitialTokens(knex: Knex): Promise<InitialToken[]> {
  const rows = await knex<Row>(TABLE).whereNotNull('uses').orderBy('created_at', 'desc');
  return rows.map(tokenOf);
}

/** Those that ended long ago. Until then the list says what became of them. */
export const sweptInitialTokens: Sweep = {
  table: TABLE,
  column: 'expires_at',
  before: () => inSeconds(-KEPT_SECONDS),
};

function tokenOf({ id, uses, uses_left, created_by, note, created_at, expires_at }: Row): InitialToken {
  const ended = expires_at <= now() ? 'expired' : 'usable';
  return {
    id: Buffer.from(id, 'base64url').toString('hex'),
    uses,
    usesLeft: uses_left,
    createdBy: created_by,
    ...(note !== null && { note }),
    createdAt: created_at,
    expiresAt: expires_at,
    state: uses_left === 0 ? 'used_up' : ended,
  };
}

/** Hexadecimal, so that it can be read out, and typed behind a command; stored as every bearer value is. */
function hashOf(id: string): string {
  return Buffer.from(id, 'hex').toString('base64url');
}
