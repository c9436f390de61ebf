import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { startLocalWorld, type LocalWorld } from '../support/local_world.ts';
import {
  appleNotification,
  facebookSignedRequest,
  googleRisc,
  kakaoUnlink,
  logoutToken,
  sendNotification,
  type Notification,
} from '../upstreams/support/notifications.ts';

const ADA = { google: '110000000000000000042', facebook: '10220000000000042', apple: '000123.0a.0456', kakao: '37123' };
const ADMIN_KEY = 'an admin key of Kakao';

let world: LocalWorld;
beforeAll(async () => {
  world = await startLocalWorld({ kakao: { admin_key: ADMIN_KEY } });
});
afterAll(() => world.stop());
beforeEach(async () => {
  world.fake.honest();
  for (const table of ['sessions', 'mail_outbox', 'events', 'addresses', 'identities', 'accounts']) {
    await world.rows(`delete from ${table}`);
  }
});

const send = (to: string, notification: Notification) =>
  sendNotification(`${world.issuer}/upstream/${to}`, notification);
const google = (event: Parameters<typeof googleRisc>[1], sub = ADA.google, changes = {}) =>
  googleRisc(world.fake, event, sub, changes);
const facebook = (changes = {}) => facebookSignedRequest(world.fake, ADA.facebook, changes);

const count = async (table: string) => Number((await world.rows(`select count(*) from ${table}`))[0]?.['count']);
const column = async (name: string, sql: string) => (await world.rows(sql)).map((row) => row[name]);
const identities = () => column('upstream_id', 'select upstream_id from identities order by 1');
const mails = () => column('template', 'select template from mail_outbox order by created_at');
const events = () =>
  column(
    'told',
    `select concat_ws(' ', type, reason, outcome) as told from events where type like 'upstreams.notification_%' order by id`,
  );
const heeded = (name: string) => `upstreams.notification_heeded ${name} ok`;
const refused = (reason: string) => `upstreams.notification_refused ${reason} refused`;

/** The text of the first mail with these words, once it is there. */
async function mailSaying(words: string): Promise<string> {
  for (;;) {
    const found = (await world.mailbox.mails()).find(({ text }) => text.includes(words));
    if (found) return found.text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Signed in through Google; the account has further identities, through which nobody is signed in. */
async function ada(): Promise<void> {
  await world.signInThrough('google', 'ada');
  const others = [
    ['facebook', 'https://www.facebook.com', ADA.facebook],
    ['apple', 'https://appleid.apple.com', ADA.apple],
    ['kakao', 'https://kauth.kakao.com', ADA.kakao],
  ];
  for (const key of others) {
    await world.rows(
      `insert into identities (upstream_id, issuer, subject, account_id, facts, trust, created_at, last_used_at)
       select ?, ?, ?, account_id, '{"name":"Ada"}', 'unverified', created_at, created_at
       from identities where upstream_id = 'google'`,
      key,
    );
  }
}
const ALL = ['apple', 'facebook', 'google', 'kakao'];

describe('Google says', () => {
  it.each([
    ['sessions-revoked', 'sessions_revoked', 0, 'upstream-alarm'],
    ['tokens-revoked', 'tokens_revoked', 0, undefined],
    ['account-credential-change-required', 'credential_change_required', 0, undefined],
    ['account-disabled', 'account_disabled', 0, 'upstream-alarm'],
    ['verification', 'verification', 1, undefined],
  ] as const)(
    '%s: sessions end or stay, the owner may read of it, one event is kept',
    async (event, name, left, mail) => {
      await ada();
      expect(await count('sessions')).toBe(1);
      const answer = await send('google/events', await google(event));
      expect([answer.status, await answer.text()]).toEqual([202, '']);
      expect([await count('sessions'), await mails()]).toEqual([left, mail ? [mail] : []]);
      expect(await events()).toEqual([heeded(name)]);
      expect(await identities()).toEqual(ALL);
    },
  );

  it('account-disabled: it opens nothing until account-enabled', async () => {
    await ada();
    await send('google/events', await google('account-disabled'));
    const there = await world.signInThrough('google', 'ada');
    expect([there.page.screen, await count('sessions')]).toEqual(['login', 0]);
    await send('google/events', await google('account-enabled'));
    await world.signInThrough('google', 'ada');
    expect(await count('sessions')).toBe(1);
  });

  it('account-disabled: until then it is no way in, and proves nothing', async () => {
    await ada();
    await send('google/events', await google('account-disabled'));
    const browser = await world.signInThrough('partner', 'ada');
    expect(browser.page.screen).toBe('link-account');
    await browser.submit({ upstream: 'google' });
    await browser.open((await world.fake.choose(browser.page.url, 'ada')).url);
    expect([browser.page.screen, await identities()]).toEqual(['login', ALL]);
    await world.rows("delete from identities where upstream_id in ('apple', 'kakao')");
    await send('facebook/events', facebook());
    expect(await mailSaying('Forgot password?')).toContain('It was your only way to sign in');
  });

  it('something about somebody else: an unknown subject is taken and changes nothing', async () => {
    await ada();
    const answer = await send('google/events', await google('sessions-revoked', '99'));
    expect([answer.status, await count('sessions'), await mails()]).toEqual([202, 1, []]);
  });

  it.each([
    ['for another app', { aud: 'another' }, 'invalid_audience', 'audience_wrong'],
    ['of another issuer', { iss: 'https://accounts.example' }, 'invalid_issuer', 'issuer_wrong'],
    ['of long ago', { iat: 1_700_000_000 }, 'invalid_request', 'id_token_too_old'],
    ['without a jti', { jti: undefined }, 'invalid_request', 'id_token_malformed'],
    ['that may be an ID token', { nonce: 'n' }, 'invalid_request', 'notification_malformed'],
    ['without events', { events: 'none' }, 'invalid_request', 'notification_malformed'],
  ])('and a token %s is refused in the words of RFC 8935', async (_, change, err, reason) => {
    await ada();
    const answer = await send('google/events', await google('sessions-revoked', ADA.google, change));
    expect([answer.status, await answer.json()]).toEqual([400, { err, description: reason }]);
    expect([await count('sessions'), await events()]).toEqual([1, [refused(reason)]]);
  });

  it('and a token that another key has signed, or a public key as a secret, is refused', async () => {
    await ada();
    const good = await google('sessions-revoked');
    const claims = JSON.parse(Buffer.from(good.body.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;
    for (const body of [await world.fake.forge({ ...claims }), await world.fake.confuse({ ...claims })]) {
      const answer = await send('google/events', { ...good, body });
      expect([answer.status, await answer.json()]).toMatchObject([400, { err: 'invalid_key' }]);
    }
    expect(await count('sessions')).toBe(1);
  });

  it('the same twice at once, or once more later: it is heeded once', async () => {
    await ada();
    const told = await google('sessions-revoked');
    const answers = await Promise.all([send('google/events', told), send('google/events', told)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    await world.signInThrough('google', 'ada');
    expect((await send('google/events', told)).status).toBe(202);
    expect([await count('sessions'), await events()]).toEqual([1, [heeded('sessions_revoked')]]);
    expect((await mails()).filter((template) => template === 'upstream-alarm')).toHaveLength(1);
  });

  it('nothing in another media type, nothing too long, and nothing for an upstream that says nothing', async () => {
    const { headers } = await google('verification');
    expect((await send('google/events', facebook())).status).toBe(415);
    expect((await send('google/events', { method: 'POST', headers, body: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await send('google/events', { method: 'GET', headers: {}, body: '' })).status).toBe(404);
    expect((await send('google/deletion', { method: 'POST', headers, body: 'x' })).status).toBe(404);
    expect((await send('nobody/events', { method: 'POST', headers, body: 'x' })).status).toBe(404);
  });
});

describe('a flood of what no upstream has sent', () => {
  it('is refused to its end, leaves few events, and does not stand in the way of what one has sent', async () => {
    await world.rows('delete from rate_limits');
    const { headers } = await google('verification');
    const lie = { method: 'POST', headers, body: 'no.such.token' } as const;
    const answers = await Promise.all(Array.from({ length: 40 }, () => send('google/events', lie)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    expect(await events()).toHaveLength(30);
    expect((await send('google/events', await google('verification'))).status).toBe(202);
    expect((await events()).at(-1)).toBe(heeded('verification'));
    await world.rows('delete from rate_limits');
  });
});

describe('Facebook says', () => {
  it('that somebody removed us: the identity goes, the account stays, and its owner reads of it', async () => {
    await ada();
    const answer = await send('facebook/events', facebook());
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await identities()).toEqual(['apple', 'google', 'kakao']);
    expect([await mails(), await count('sessions')]).toEqual([['identity-withdrawn'], 1]);
    expect(await events()).toEqual([heeded('access_withdrawn')]);
  });

  it('that somebody wants their data deleted: a page with a code says what was done', async () => {
    await ada();
    const answer = await send('facebook/deletion', facebook());
    const told = (await answer.json()) as { url: string; confirmation_code: string };
    expect(told.confirmation_code).toMatch(/^[0-9a-f]{32}$/);
    expect(told.url).toBe(`${world.issuer}/upstream/facebook/deletion/${told.confirmation_code}`);
    expect([await identities(), await count('accounts')]).toEqual([['apple', 'google', 'kakao'], 1]);
    const page = await createBrowser().open(told.url);
    expect([page.status, page.screen]).toEqual([200, 'upstream-deletion']);
    expect(page.text).toContain('Your Acme account stays');
    expect((await createBrowser({ language: 'ko' }).open(told.url)).text).toContain('데이터 삭제 요청');
    expect(JSON.stringify(await world.rows('select * from upstream_deletions'))).not.toContain(told.confirmation_code);
  });

  it('the same of somebody whom we do not know: a page says that there was nothing', async () => {
    const answer = await send('facebook/deletion', facebookSignedRequest(world.fake, '4711'));
    const { url } = (await answer.json()) as { url: string };
    expect((await createBrowser().open(url)).text).toContain('had nothing from Facebook about you');
  });

  it('the same request once more: the same code, and what was connected since stays', async () => {
    await ada();
    const request = facebook();
    const ask = async () => (await send('facebook/deletion', request)).json();
    const [first, second] = await Promise.all([ask(), ask()]);
    await world.rows('delete from identities');
    await ada();
    expect([second, await ask()]).toEqual([first, first]);
    expect(await identities()).toEqual(ALL);
  });

  it('nothing that is not signed with our secret, by that algorithm, lately', async () => {
    await ada();
    const now = Math.floor(Date.now() / 1000);
    const { clients } = world.fake;
    const stranger = { clients: { ...clients, facebook: { ...clients.facebook, secret: 'another secret' } } };
    const withBody = (body: string) => ({ ...facebook(), body });
    for (const [notification, reason] of [
      [facebookSignedRequest(stranger, ADA.facebook), 'signature_wrong'],
      [withBody(`${facebook().body}AA`), 'signature_wrong'],
      [facebook({ algorithm: 'none' }), 'alg_refused'],
      [facebook({ issued_at: now - 8 * 86_400 }), 'notification_too_old'],
      [facebook({ issued_at: now + 3600 }), 'notification_too_old'],
      [facebook({ user_id: '' }), 'notification_malformed'],
      [withBody('signed_request='), 'notification_malformed'],
      [withBody(''), 'notification_malformed'],
    ] as const) {
      await world.rows('delete from events');
      const answer = await send('facebook/events', notification);
      expect([answer.status, await events()]).toEqual([400, [refused(reason)]]);
    }
    expect(await identities()).toEqual(ALL);
  });

  it('and no other code opens a page', async () => {
    const page = await createBrowser().open(`${world.issuer}/upstream/facebook/deletion/${'0'.repeat(32)}`);
    expect([page.status, page.error]).toEqual([404, 'not_found']);
  });
});

describe('Apple says', () => {
  it.each([
    ['consent-revoked', 'access_withdrawn', false],
    ['account-delete', 'account_deleted', false],
    ['account-deleted', 'account_deleted', false],
    ['email-disabled', 'address_disabled', true],
    ['email-enabled', 'address_enabled', true],
  ] as const)('%s: the identity goes, or stays, and 200 is the answer', async (type, name, stays) => {
    await ada();
    expect((await send('apple/events', await appleNotification(world.fake, type, ADA.apple))).status).toBe(200);
    expect((await identities()).includes('apple')).toBe(stays);
    expect([await count('accounts'), await events()]).toEqual([1, [heeded(name)]]);
  });

  it('the same with events that are no text but an object', async () => {
    await ada();
    const plain = { events: { type: 'consent-revoked', sub: ADA.apple } };
    await send('apple/events', await appleNotification(world.fake, 'email-enabled', 'nobody', plain));
    expect(await identities()).not.toContain('apple');
  });

  it('nothing to another app, from another issuer, or without a signature', async () => {
    await ada();
    for (const changes of [{ aud: 'another' }, { iss: 'https://account.apple.com' }, { events: '{' }]) {
      const sent = await appleNotification(world.fake, 'consent-revoked', ADA.apple, changes);
      expect((await send('apple/events', sent)).status).toBe(400);
    }
    const good = await appleNotification(world.fake, 'consent-revoked', ADA.apple);
    for (const body of ['{}', 'null', 'not JSON', JSON.stringify({ payload: 'a.b.c' })]) {
      expect((await send('apple/events', { ...good, body })).status).toBe(400);
    }
    expect(await identities()).toEqual(ALL);
  });
});

describe('Kakao says', () => {
  it.each(['POST', 'GET'] as const)(
    'by %s that somebody ended the connection, as often as it happens',
    async (method) => {
      await ada();
      const told = { ...kakaoUnlink(ADMIN_KEY, ADA.kakao), method };
      expect((await send('kakao/events', told)).status).toBe(200);
      expect(await identities()).not.toContain('kakao');
      await world.rows('delete from identities');
      await ada();
      expect((await send('kakao/events', told)).status).toBe(200);
      expect(await identities()).not.toContain('kakao');
    },
  );

  it('something about nobody whom we know: 200 all the same', async () => {
    expect((await send('kakao/events', kakaoUnlink(ADMIN_KEY, '4711', 'ACCOUNT_DELETE'))).status).toBe(200);
  });

  it('nothing without the admin key', async () => {
    await ada();
    for (const key of ['another key', '', 'undefined']) {
      expect((await send('kakao/events', kakaoUnlink(key, ADA.kakao))).status).toBe(400);
    }
    expect([(await events())[0], await identities()]).toEqual([refused('notification_unauthorized'), ALL]);
  });
});

describe('an upstream that takes the last way in away', () => {
  it('leaves the account, and the mail says how to get in', async () => {
    await world.signInThrough('google', 'ada');
    await world.rows(
      "update identities set upstream_id = 'facebook', issuer = 'https://www.facebook.com', subject = ?",
      [ADA.facebook],
    );
    await send('facebook/events', facebook());
    expect([await identities(), await count('accounts')]).toEqual([[], 1]);
    expect(await mailSaying('Forgot password?')).toContain('It was your only way to sign in');
  });
});

describe('another OpenID provider says that somebody signed out there', () => {
  const tell = async (about: { sub?: string; sid?: string }, changes = {}) =>
    send('partner/events', await logoutToken(world.fake, about, changes));
  const sids = async () => (await column('sid', 'select sid from session_upstreams order by created_at')).map(String);
  beforeEach(() => {
    let logins = 0;
    world.fake.lie({ claims: (claims) => ({ ...claims, sid: `there ${(logins += 1)}` }) });
  });

  it('and means one session, or all of theirs', async () => {
    await world.signInThrough('partner', 'ada');
    await world.signInThrough('partner', 'ada');
    const [first = '', second = ''] = await sids();
    expect((await tell({ sid: first })).status).toBe(200);
    expect([await sids(), await count('sessions')]).toEqual([[second], 1]);
    await world.signInThrough('partner', 'ada');
    expect((await tell({ sub: ADA.google })).status).toBe(200);
    expect([await count('sessions'), await identities()]).toEqual([0, ['partner']]);
  });

  it('and sessions that came another way stay', async () => {
    await ada();
    expect((await tell({ sub: ADA.google })).status).toBe(200);
    expect(await count('sessions')).toBe(1);
  });

  it('and a token that names nobody, is over, or is an ID token, is refused', async () => {
    await world.signInThrough('partner', 'ada');
    const about = { sub: ADA.google };
    expect((await tell({})).status).toBe(400);
    for (const changes of [{ exp: 1_700_000_000 }, { exp: undefined }, { nonce: 'n' }, { events: {} }]) {
      const answer = await tell(about, changes);
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    }
    expect(await count('sessions')).toBe(1);
  });
});
