import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createBrowser } from '../support/http_browser.ts';
import { deviceApp, requestOf } from '../support/limited_apps.ts';
import { standAccount, startPartnerWorld, type PartnerWorld } from '../support/partner_world.ts';
import { until } from '../support/until.ts';

const GROUPS = ['staff'];
const APPS = [
  { ...deviceApp('plain'), allow: { groups: ['never:staff'] } },
  { ...deviceApp('strict'), require: 'mfa' },
  { ...deviceApp('heads'), allow: { groups: ['management'] } },
];

let world: PartnerWorld;
beforeAll(async () => {
  world = await startPartnerWorld({}, { clients: APPS });
});
afterAll(() => world.stop());

/** Somebody whom the partner knows, on the way back from there to an app: everything but the last step. */
async function onTheWay(name: string, app: string) {
  const accountId = await standAccount(world, `${name}@example.com`, {
    identity: `never ${world.fake.issuer} ${name}`,
  });
  const browser = createBrowser();
  await browser.open(requestOf(world.gatehouse.issuer, app).url);
  const callback = await world.travel(browser, 'never', { subject: name, groups: GROUPS });
  return { accountId, browser, arrive: () => browser.open(callback) };
}

/** What happened in the visit of an account, or in the newest one, in its order. */
async function told(): Promise<unknown[]> {
  const rows = await world.query(`select type from events where reference =
    (select reference from visits order by created_at desc limit 1) order by id`);
  return rows.map(({ type }) => type);
}

const factsOf = async (name: string) =>
  (await world.query(`select facts->'groups' as groups from identities where subject = '${name}'`))[0]?.['groups'];

describe('somebody who comes back through an upstream', () => {
  it('is written down once, with the end of the visit', async () => {
    const { arrive } = await onTheWay('straight', 'plain');
    expect((await arrive()).external).toContain('code=');
    expect(await told()).toEqual([
      'oidc.visit_started',
      'sign_in.trip_begun',
      'accounts.linking_decided',
      'sign_in.completed',
      'oidc.prompt_finished',
      'oidc.visit_returned',
    ]);
    expect(await factsOf('straight')).toEqual(GROUPS);
  });

  it.each([
    ['strict', 'enrol-factor', []],
    ['heads', 'not-allowed', ['sign_in.not_allowed']],
  ])('is written down before anything that comes between: %s', async (app, screen, more) => {
    const { arrive } = await onTheWay(`asked.${app}`, app);
    expect((await arrive()).screen).toBe(screen);
    expect(await told()).toEqual(['oidc.visit_started', 'sign_in.trip_begun', 'accounts.linking_decided', ...more]);
    expect(await factsOf(`asked.${app}`)).toEqual(GROUPS);
  });

  it.each(['plain', 'strict'])('goes nowhere when the identity is taken away in that moment: %s', async (app) => {
    const name = `gone.${app}`;
    const { accountId, browser, arrive } = await onTheWay(name, app);
    const meanwhile = new pg.Client(world.line.url);
    await meanwhile.connect();
    try {
      // As whoever takes it away: what writes has to wait for this, and sees it then.
      await meanwhile.query(`begin; select from accounts where id = '${accountId}' for update;
        delete from identities where subject = '${name}'`);
      const arriving = arrive();
      await until(async () => {
        const waits = await world.query(`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        return waits.length > 0;
      });
      await meanwhile.query('commit');
      expect((await arriving).error).toBe('interaction_expired');
    } finally {
      await meanwhile.end();
    }
    expect(await told()).toEqual(['oidc.visit_started', 'sign_in.trip_begun', 'web.error_shown']);
    expect(await world.query(`select from sessions where account_id = '${accountId}'`)).toEqual([]);
    await browser.follow('/restart');
    expect(browser.page.screen).toBe('login');
  });
});
