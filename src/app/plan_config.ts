import { accountsOnlyThrough, countIdentities } from '../accounts/index.ts';
import { changesBetween, lastApplied, shownSettings, type Change, type Settings } from '../config/index.ts';
import type { Database } from '../database/index.ts';
import { readHoldings } from '../oidc/index.ts';
import { withPasskey } from '../passkeys/index.ts';
import { withPassword } from '../passwords/index.ts';

/** What a changed file would do, and for whom. */
interface ConfigPlan {
  /** What it is compared with; absent before the first start. */
  applied?: { hash: string; appliedAt: Date; process: string };
  changes: (Change & { touches: Touches })[];
}

/** How many of each kind a change touches; what is not there is not touched. */
export type Touches = Partial<
  Record<'grants' | 'sessions' | 'refresh_tokens' | 'identities' | 'accounts_without_way_in', number>
>;

/** Compares settings with those that were applied last. Changes nothing. */
export async function planConfig(
  database: Database,
  { settings, salt }: { settings: Settings; salt: Buffer },
): Promise<ConfigPlan> {
  const last = await lastApplied(database);
  const changes: ConfigPlan['changes'] = [];
  const shown = JSON.parse(JSON.stringify(shownSettings(settings, salt))) as Record<string, unknown>; // as the database has it
  for (const change of changesBetween(last?.content, shown)) {
    changes.push({ ...change, touches: await touchedBy(database, settings, change) });
  }
  if (!last) return { changes };
  const { hash, appliedAt, process } = last;
  return { applied: { hash, appliedAt, process }, changes };
}

async function touchedBy(database: Database, settings: Settings, change: Change): Promise<Touches> {
  if (change.kind === 'client') return touchedOfClient(database, change);
  if (change.kind === 'upstream') return touchedThrough(database, settings, change);
  return change.kind === 'key' ? touchedByLifetime(database, change) : {};
}

type EntryChange = Extract<Change, { kind: 'client' | 'upstream' | 'resource' }>;

const EVERYTHING = ['grants', 'sessions', 'refresh_tokens'] as const;
const GRANTED = ['grants', 'refresh_tokens'] as const;
const RENEWED = ['refresh_tokens'] as const;

/** What is open of a client and goes on otherwise, or not at all, once one of its keys changes. Any other key counts for new visits. */
const touchedBySetting: Readonly<Record<string, readonly (typeof EVERYTHING)[number][]>> = {
  // Who may use it, and as whom it knows them.
  type: EVERYTHING,
  allow: EVERYTHING,
  require: EVERYTHING,
  upstreams: EVERYTHING,
  subject_type: EVERYTHING,
  sector_identifier_uri: EVERYTHING,
  // What it may do.
  scope: GRANTED,
  resources: GRANTED,
  grant_types: GRANTED,
  // How it proves itself when it comes back, and for how long.
  client_secret: RENEWED,
  client_secrets: RENEWED,
  jwks: RENEWED,
  jwks_uri: RENEWED,
  token_endpoint_auth_method: RENEWED,
  lifetimes: RENEWED,
};

async function touchedOfClient(database: Database, { do: does, id, keys = [] }: EntryChange): Promise<Touches> {
  const settings = keys.flatMap((key) => touchedBySetting[key] ?? []);
  const kinds = EVERYTHING.filter((kind) => does === 'removes' || settings.includes(kind));
  if (kinds.length === 0) return {};
  const open = await readHoldings(database).ofClient(id);
  return someOf(Object.fromEntries(kinds.map((kind) => [kind, open[kind]])));
}

/** Who comes through an upstream finds nothing there once it is gone, or is somebody else's. */
async function touchedThrough(
  database: Database,
  { upstreams }: Settings,
  { id, keys }: EntryChange,
): Promise<Touches> {
  const staying = upstreams.filter(({ enabled }) => enabled).map((upstream) => upstream.id);
  const identities = await countIdentities(database, id);
  if (staying.includes(id)) {
    const another = keys?.some((key) => ['issuer', 'preset', 'tenant', 'base_url'].includes(key)) === true;
    return another ? someOf({ identities }) : {};
  }
  let without = 0;
  for await (const ids of accountsOnlyThrough(database, id, staying)) {
    const own = new Set([...(await withPassword(database.knex, ids)), ...(await withPasskey(database.knex, ids))]);
    without += ids.filter((account) => !own.has(account)).length;
  }
  return someOf({ identities, accounts_without_way_in: without });
}

const bearers = { session: 'sessions', refresh_token: 'refresh_tokens', grant: 'grants' } as const;

/** What is open and has longer to live than it may from now on. */
async function touchedByLifetime(database: Database, change: Change): Promise<Touches> {
  const [section, name = ''] = change.id.split('.');
  const { from, to } = change.kind === 'key' ? change : {};
  const narrower = section === 'lifetimes' && typeof from === 'number' && typeof to === 'number' && to < from;
  const [, kept] = Object.entries(bearers).find(([bearer]) => narrower && name.startsWith(bearer)) ?? [];
  if (kept === undefined) return {};
  const { [kept]: count } = await readHoldings(database).ofAll();
  return someOf({ [kept]: count });
}

function someOf(counts: Touches): Touches {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
