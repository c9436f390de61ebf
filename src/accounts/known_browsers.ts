import type { Knex } from 'knex';
import type { Sweep } from '../database/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import type { Account } from './account.ts';
import type { AccountsDeps } from './deps.ts';
import type { Occasion, SignInNote, VisitBinding } from './door.ts';

/** The cookie by which a browser is known lives a year. */
const KEPT_SECONDS = 400 * 86_400;

/** Notes a browser of which nobody has to be told, because no mails are wanted. */
const noteQuietly = {
  name: 'known_browsers_note_quietly',
  text: `insert into known_browsers (account_id, browser_hash, first_used_at) values ($1, $2, $3)
         on conflict do nothing`,
};
/** The same for the first browser of an account. All parts see the rows from before. */
const note = {
  name: 'known_browsers_note',
  text: `with others as (select exists (select 1 from known_browsers where account_id = $1) as any_known),
              added as (
                insert into known_browsers (account_id, browser_hash, first_used_at)
                select $1, $2, $3 from others where not others.any_known
                on conflict do nothing returning account_id
              )
         select 1 from added
         union all select 1 from known_browsers where account_id = $1 and browser_hash = $2`,
};

const find = {
  name: 'known_browsers_find',
  text: `select 1 from known_browsers join addresses using (account_id)
         where addresses.canonical = $1 and known_browsers.browser_hash = $2`,
};

/** Rows that one step looks at. */
const BATCH = 5000;

/** Most of what it looks at stays, so that the next step goes on behind it. */
const sweep = {
  name: 'known_browsers_sweep',
  text: `with looked as (
           select ctid, account_id, first_used_at from known_browsers where first_used_at < $1 and first_used_at >= $2
           order by first_used_at limit $3
         ), gone as (
           delete from known_browsers where ctid = any(array(
             select ctid from looked where exists (
               select from known_browsers newer
               where newer.account_id = looked.account_id and newer.first_used_at > looked.first_used_at
             )
           )) returning 1
         )
         select (select count(*) from gone)::int as removed, count(*)::int as seen, max(first_used_at) as last from looked`,
};

/** Both parts see the rows from before: who adds the first one of an account has added no new one. */
const add = `
  with known as (select exists (select 1 from known_browsers where account_id = :id) as others),
       added as (
         insert into known_browsers (account_id, browser_hash, first_used_at) values (:id, :browserHash, :at)
         on conflict do nothing returning account_id
       )
  select known.others from known, added`;

/** Notes that an account signed in on a browser that it did not know; its owner is told, where mails about it are wanted. */
export function noteSignIn(
  deps: AccountsDeps,
  account: Account,
  browser: Pick<VisitBinding, 'browserHash'> & Occasion,
): SignInNote {
  if (deps.policy.tellOfNewDevices()) return { deed: [], afterwards: () => noteAndTell(deps, account, browser) };
  const values = [account.id, browser.browserHash, now()];
  return { deed: [{ statement: noteQuietly, values }], afterwards: async () => {} };
}

/**
 * The first time on another browser than before its owner is told; the very first time of all is their sign-up. One insert
 * decides, whoever signs in at once (ASVS 5.0 6.3.5).
 */
async function noteAndTell(
  deps: AccountsDeps,
  account: Account,
  browser: Pick<VisitBinding, 'browserHash'> & Occasion,
): Promise<void> {
  const { database, mail } = deps;
  const { rowCount } = await database.run(note, [account.id, browser.browserHash, now()]);
  if (rowCount > 0) return;
  await database.knex.transaction(async (within) => {
    if (await isAnother(within, account.id, browser.browserHash)) await tellOwner(deps, within, account, browser);
  });
  mail.wake();
}

/** Whether the account of this address knows the browser. Takes as long for an address of nobody. */
export async function knowsBrowser(
  { database }: Pick<AccountsDeps, 'database'>,
  canonical: string,
  browserHash: string,
): Promise<boolean> {
  return (await database.run(find, [canonical, browserHash])).rowCount > 0;
}

/** Notes a browser on which the owner proved their mailbox: nobody has to be told. */
export async function noteKnownBrowser(within: Knex, accountId: string, browserHash: string): Promise<void> {
  const row = { account_id: accountId, browser_hash: browserHash, first_used_at: now() };
  await within('known_browsers').insert(row).onConflict(['account_id', 'browser_hash']).ignore();
}

/** Since when an account is known on each of its browsers. */
export async function knownSince({ database }: Pick<AccountsDeps, 'database'>, accountId: string): Promise<Date[]> {
  const rows: { first_used_at: Date }[] = await database
    .knex('known_browsers')
    .where({ account_id: accountId })
    .orderBy('first_used_at')
    .select('first_used_at');
  return rows.map((row) => row.first_used_at);
}

async function isAnother(within: Knex, id: string, browserHash: string): Promise<boolean> {
  const { rows } = await within.raw<{ rows: { others: boolean }[] }>(add, { id, browserHash, at: now() });
  return rows[0]?.others === true;
}

async function tellOwner(
  { mail }: Pick<AccountsDeps, 'mail'>,
  within: Knex,
  { address, locale, profile }: Account,
  occasion: Occasion,
): Promise<void> {
  if (!address) return;
  await mail.queue(within, {
    to: address.stored,
    template: 'new-device',
    locale: locale ?? occasion.locale,
    timeZone: profile.zoneinfo,
    values: { link: '/account/activity' },
    reference: occasion.reference,
  });
}

/** Browsers whose cookie is over; the newest of an account stays, so that the next one is another. */
export function sweptBrowsers({ database }: Pick<AccountsDeps, 'database'>): Sweep {
  const start = new Date(0);
  let from = start;
  return {
    table: 'known_browsers',
    column: 'first_used_at',
    async step() {
      const values = [inSeconds(-KEPT_SECONDS), from, BATCH];
      const { rows } = await database.run<{ removed: number; seen: number; last: Date }>(sweep, values);
      const { removed = 0, seen = 0, last = start } = rows[0] ?? {};
      // All of one instant, and all of them stay: that does not happen, and must not keep us here.
      const more = seen === BATCH && (removed > 0 || last > from);
      from = more ? last : start;
      return { removed, more };
    },
  };
}
