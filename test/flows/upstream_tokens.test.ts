import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLocalWorld, type LocalWorld } from '../support/local_world.ts';
import { until } from '../support/until.ts';
import { transportFaults } from '../upstreams/support/fake_upstream.ts';
import { facebookSignedRequest, googleRisc, sendNotification } from '../upstreams/support/notifications.ts';

const TOKEN = 'a refresh token of Google';
const kept = { store_tokens: 'refresh' };

let world: LocalWorld;
beforeAll(async () => {
  world = await startLocalWorld({ google: kept, facebook: { ...kept, on_deletion: 'delete-account' } });
  world.fake.lie({ tokenBody: (body) => ({ ...body, refresh_token: TOKEN }) });
});
afterAll(() => world.stop());
afterEach(async () => {
  world.fake.honest();
  world.fake.lie({ tokenBody: (body) => ({ ...body, refresh_token: TOKEN }) });
  world.fake.journal.length = 0;
  for (const table of ['sessions', 'mail_outbox', 'upstream_tokens', 'addresses', 'identities', 'accounts', 'events']) {
    await world.rows(`delete from ${table}`);
  }
});

const tokens = () => world.rows('select * from upstream_tokens');
const makeDue = () => world.rows("update upstream_tokens set due_at = '2020-01-01'");
const events = async () =>
  (await world.rows("select type, reason from events where type like 'upstreams.%' order by id")).map(
    ({ type, reason }) => `${String(type)} ${String(reason)}`,
  );

describe('what ends a connection at the upstream', () => {
  it('is kept encrypted and for its identity, where the config says so (B19)', async () => {
    await world.signInThrough('google', 'ada');
    await world.signInThrough('partner', 'alan');
    const rows = await tokens();
    expect(rows.map(({ upstream_id: id }) => id)).toEqual(['google']);
    expect(JSON.stringify(rows)).not.toContain(TOKEN);
  });

  it('waits while the identity is there: also for one that was kept before it was joined', async () => {
    await world.signInThrough('google', 'ada');
    expect((await tokens())[0]?.['identity_subject']).toBeNull();
    await makeDue();
    await until(async () => (await tokens())[0]?.['identity_subject'] !== null);
    await makeDue();
    await world.signInThrough('google', 'ada');
    expect([(await tokens()).length, world.fake.calls('/revoke').length]).toEqual([1, 0]);
  });

  it.each([
    ['disconnected', "delete from identities where upstream_id = 'google'"],
    ['deleted with its account', 'delete from accounts'],
  ])('goes to the upstream once the identity is %s, and is gone', async (_, sql) => {
    await world.signInThrough('google', 'ada');
    await world.signInThrough('google', 'ada');
    await world.rows(sql);
    await makeDue();
    await until(async () => (await tokens()).length === 0);
    expect(world.fake.calls('/revoke').map(({ method, form }) => [method, form.get('token')])).toEqual([
      ['POST', TOKEN],
    ]);
    await until(async () => (await events()).includes('upstreams.connection_ended over'));
  });

  it('is tried again while the upstream stumbles', async () => {
    await world.signInThrough('google', 'ada');
    world.fake.lie({ transport: transportFaults.status(503)('/revoke') });
    await world.rows('delete from identities');
    await makeDue();
    await until(async () => (await events()).includes('upstreams.revocation_failed null'));
    expect((await tokens())[0]).toMatchObject({ tries: 1 });
    world.fake.honest();
    await makeDue();
    await until(async () => (await tokens()).length === 0);
    expect(world.fake.calls('/revoke')).toHaveLength(2);
  });

  it('is dropped, and asked of nobody, when the upstream itself says that it is over', async () => {
    await world.signInThrough('google', 'ada');
    await world.signInThrough('google', 'ada');
    const told = await googleRisc(world.fake, 'tokens-revoked', '110000000000000000042');
    await sendNotification(`${world.issuer}/upstream/google/events`, told);
    expect(await tokens()).toEqual([]);
  });

  it('may be nothing but the subject, in the words of the upstream', async () => {
    await world.rows(
      `insert into upstream_tokens (upstream_id, issuer, subject, created_at, due_at)
       values ('facebook', 'https://www.facebook.com', '4711', now(), '2020-01-01')`,
    );
    await until(async () => (await tokens()).length === 0);
    const [call] = world.fake.calls('/4711/permissions');
    const { id, secret } = world.fake.clients.facebook;
    expect([call?.method, call?.headers.authorization]).toEqual(['DELETE', `Bearer ${id}|${secret}`]);
  });
});

describe('a deletion that is to take the account along', () => {
  it('schedules it, with a mail that can take that back', async () => {
    await world.signInThrough('google', 'ada');
    await world.rows(
      `insert into identities (upstream_id, issuer, subject, account_id, facts, trust, created_at, last_used_at)
       select 'facebook', 'https://www.facebook.com', '42', account_id, '{}', 'unverified', created_at, created_at
       from identities`,
    );
    const told = facebookSignedRequest(world.fake, '42');
    const answer = await sendNotification(`${world.issuer}/upstream/facebook/deletion`, told);
    const { url } = (await answer.json()) as { url: string };
    expect(await (await fetch(url)).text()).toContain('so is your Acme account');
    expect(await world.rows('select delete_at is null as kept from accounts')).toEqual([{ kept: false }]);
    expect(await world.rows('select count(*)::int from sessions')).toEqual([{ count: 0 }]);
    const mails = await world.rows("select template from mail_outbox where template <> 'new-device'");
    expect(mails).toEqual([{ template: 'deletion-scheduled' }]);
  });
});
