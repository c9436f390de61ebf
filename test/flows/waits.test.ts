import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountRoutesOf } from '../support/account_routes.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { rawPost } from '../support/http_browser/raw_post.ts';
import { startLocalWorld, type LocalWorld } from '../support/local_world.ts';
import { PASSWORD, signOut, signUpLocally } from '../support/people.ts';

let world: LocalWorld;

beforeAll(async () => {
  world = await startLocalWorld();
});
afterAll(() => world.stop());

async function signUp(email: string): Promise<Browser> {
  const browser = createBrowser();
  await signUpLocally({ app: world.app, gatehouse: world.mailbox }, browser, email);
  return browser;
}

/** What is asked side by side must not wait for a connection, one after the other. */
async function openConnections(): Promise<void> {
  await Promise.all(Array.from({ length: 8 }, () => world.rows('select pg_sleep(0.1)')));
}

describe('a page of an account', () => {
  /** Leads on whoever has a password, as everybody here. */
  const WITHOUT_PASSWORD = '/account/password/set';
  const MOST_WAITS = 3;

  async function expectFewWaits(browser: Browser): Promise<void> {
    await openConnections();
    const pages = accountRoutesOf(world.routes).pages.filter((path) => path !== WITHOUT_PASSWORD);
    expect(pages.length).toBeGreaterThan(2);
    for (const path of pages) {
      const shown = await browser.open(world.issuer + path.replace(':client', 'app'));
      expect([path, shown.status, shown.screen]).toEqual([path, 200, expect.stringMatching(/^account/)]);
      const waits = world.waits();
      expect([path, waits > 0 && waits <= MOST_WAITS, waits]).toEqual([path, true, expect.any(Number)]);
    }
  }

  /** A hundred more of whatever an account can have many of. */
  async function multiply(email: string): Promise<void> {
    const account = `(select account_id from addresses where canonical = '${email}')`;
    const at = `to_timestamp(1790000000)`;
    await world.rows(`insert into identities select 'old-' || n, 'https://old.example', n::text, ${account}, '{}', 'absent',
      ${at}, ${at} from generate_series(1, 100) n`);
    for (const [table, own] of [
      ['sessions', ['id', 'uid']],
      ['grants', ['id']],
      ['events', ['id']],
    ] as const) {
      const columns = await world.rows(`select column_name as name from information_schema.columns
        where table_name = '${table}' and column_name not in ('id', 'uid')`);
      const rest = columns.map(({ name }) => name).join(', ');
      const keys = table === 'events' ? '' : `${own.join(', ')}, `;
      const values = table === 'events' ? '' : own.map((name) => `'${name}' || n, `).join('');
      await world.rows(`insert into ${table} (${keys}${rest}) select ${values}${rest}
        from (select * from ${table} where account_id = ${account} limit 1) one, generate_series(1, 100) n`);
    }
  }

  it('waits for the database three times at most, however much there is to show', async () => {
    const browser = await signUp('busy@example.com');
    await browser.open(`${world.issuer}/account`);
    await expectFewWaits(browser);
    await multiply('busy@example.com');
    await expectFewWaits(browser);
  });
});

describe('a right password', () => {
  it('waits seven times at most: what was counted is given back, and told of, with the end of the visit', async () => {
    const known = await signUp('flora@example.com');
    await signOut(world, known);
    await known.open(`${world.app.url}/login`);
    const { pathname } = new URL(known.page.url);
    await rawPost(known, world.issuer + pathname, { email: 'flora@example.com', password: PASSWORD });
    const waits = world.waits();
    expect([waits > 0 && waits <= 7, waits]).toEqual([true, expect.any(Number)]);
    const told = await world.rows(
      `select type from events where type in ('sign_in.password_right', 'sign_in.completed') and account_id =
         (select account_id from addresses where canonical = 'flora@example.com') order by at desc, type limit 2`,
    );
    expect(told.map(({ type }) => type)).toEqual(['sign_in.completed', 'sign_in.password_right']);
    expect(await world.rows(`select 1 from rate_limits where key like 'login_browser%' and points > 0`)).toEqual([]);
  });
});
