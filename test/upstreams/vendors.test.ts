import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { epochSeconds } from '../../src/kit/clock.ts';
import { simulatedPresets, type SimulatedPreset } from '../../src/upstreams/presets/all.ts';
import { transportFaults as broken, type Faults } from './support/fake_upstream.ts';
import { buildWorld, settingsFor, BROWSER, type World } from './support/world.ts';

const ORGANISATION = '11111111-2222-3333-4444-555555555555';
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';
const OTHER = '99999999-2222-3333-4444-555555555555';

let world: World;
beforeAll(async () => {
  world = await buildWorld(Object.fromEntries(simulatedPresets.map((preset) => [preset, {}])));
});
beforeEach(async () => {
  world.fake.honest();
  // What is opened in a test knows no key of another one.
  await world.database.knex('upstream_keys').delete();
  world.events.length = 0;
});
afterAll(() => world.close());

/** A first login: who comes back, and what is believed of the address. */
const people: [preset: SimulatedPreset, persona: string, identity: object][] = [
  ['google', 'ada', { issuer: 'https://accounts.google.com', email: { trust: 'authoritative' } }],
  ['facebook', 'ada', { issuer: 'https://www.facebook.com', email: { trust: 'unverified' } }],
  ['github', 'ada', { issuer: 'https://github.com/login/oauth', subject: '583231042', email: { value: 'ada@github.example', trust: 'verified', relay: false }, picture: 'https://avatars.githubusercontent.com/u/583231042?v=4' }],
  ['x', 'ada', { issuer: 'https://x.com', email: { value: 'ada@x.example', trust: 'verified' } }],
  ['apple', 'ria', { issuer: 'https://appleid.apple.com', email: { value: 'q7x2@private.icloud.com', trust: 'verified', relay: true } }],
  ['apple', 'una', { email: { trust: 'unverified', relay: false } }],
  ['microsoft', 'ada', { issuer: `https://login.microsoftonline.com/${ORGANISATION}/v2.0`, email: { trust: 'verified' }, extra: { tid: ORGANISATION } }],
  ['microsoft', 'una', { email: { value: 'una@contoso.example', trust: 'unverified' } }],
  ['microsoft', 'paul', { issuer: `https://login.microsoftonline.com/${PERSONAL}/v2.0` }],
  ['linkedin', 'ada', { issuer: 'https://www.linkedin.com/oauth', email: { trust: 'verified' } }],
  ['discord', 'ada', { issuer: 'https://discord.com', email: { trust: 'verified' }, picture: 'https://cdn.discordapp.com/avatars/80351110222222242/a_8342729096ea3675442027381ff50dfe.png' }],
  ['discord', 'una', { email: { trust: 'unverified' } }],
  ['gitlab', 'ada', { issuer: 'https://gitlab.com', email: { trust: 'verified' }, picture: expect.stringContaining('avatar.png') }],
  ['kakao', 'ada', { issuer: 'https://kauth.kakao.com', subject: '3712300042', email: { trust: 'verified' } }],
  ['kakao', 'una', { email: { trust: 'unverified' } }],
  ['naver', 'ada', { issuer: 'https://nid.naver.com', subject: 'Xy0pAq_42', email: { trust: 'unverified' } }],
  ['line', 'ada', { issuer: 'https://access.line.me', email: { value: 'ada@line.example', trust: 'unverified' } }],
  ['line', 'alan', { email: { value: 'alan@line.example' } }],
]; // prettier-ignore

describe('somebody who comes back from', () => {
  it.each(people)('%s as %s is who the answers say', async (preset, persona, identity) => {
    expect(await world.arrive(preset, persona)).toMatchObject({ outcome: 'identified', identity });
  });

  it.each(simulatedPresets)('%s without an address has none', async (preset) => {
    const arrival = await world.arrive(preset, 'noor');
    expect(arrival).toMatchObject({ outcome: 'identified' });
    expect(arrival).not.toHaveProperty('identity.email');
  });

  it.each(simulatedPresets.filter((preset) => !['google', 'github', 'gitlab', 'discord'].includes(preset)))(
    '%s leaves the picture there, for its address does not last',
    async (preset) => {
      expect(await world.arrive(preset)).not.toHaveProperty('identity.picture');
    },
  );

  it.each(simulatedPresets)('%s a second time is the same', async (preset) => {
    const [first, second] = [await world.arrive(preset), await world.arrive(preset)];
    if (first.outcome !== 'identified' || second.outcome !== 'identified') throw new Error(first.outcome);
    expect(second.identity.subject).toBe(first.identity.subject);
    expect(second.identity.issuer).toBe(first.identity.issuer);
  });

  it.each(simulatedPresets)('%s with "no" has cancelled, in whatever words', async (preset) => {
    expect(await world.arrive(preset, 'cancel')).toMatchObject({ outcome: 'cancelled' });
  });
});

const once = async (preset: string, faults: Faults, persona?: string) => {
  world.fake.next({ prefix: preset, faults });
  return world.arrive(preset, persona);
};
const claims = (change: Record<string, unknown>): Faults => ({ claims: (all) => ({ ...all, ...change }) });
const fails = (reason: string) => ({ outcome: 'failed', reason });

describe('Apple', () => {
  it('gives a name the first time only, and its address there is never read', async () => {
    const evil = JSON.stringify({ name: { firstName: 'Eve', lastName: 'Example' }, email: 'victim@gmail.com' });
    const arrival = await once('apple', { callback: (params) => params.set('user', evil) });
    expect(arrival).toMatchObject({ identity: { name: 'Eve Example', givenName: 'Eve', familyName: 'Example' } });
    expect(arrival).toMatchObject({ identity: { email: { value: 'ada@apple.example' } } });
    expect(await world.arrive('apple')).not.toHaveProperty('identity.name');
  });

  it.each(['{"name":', '[]', '"text"', 'null', '{"name":{"firstName":["x"]}}', `{"x":"${'x'.repeat(5000)}"}`])(
    'may send %.30s as the user: nobody minds',
    async (user) => {
      const arrival = await once('apple', { callback: (params) => params.set('user', user) });
      expect(arrival).toMatchObject({ outcome: 'identified' });
      expect(arrival).not.toHaveProperty('identity.name');
    },
  );

  it('may change its issuer only where the admin said so', async () => {
    const other = claims({ iss: 'https://account.apple.com' });
    expect(await once('apple', other)).toMatchObject(fails('issuer_wrong'));
    const aliased = await world.open(
      settingsFor(world.fake, { apple: { issuer_aliases: ['https://account.apple.com'] } }),
    );
    const params = await world.travel('apple');
    world.fake.next({ prefix: 'apple', faults: other });
    expect(await aliased.arrive('apple', BROWSER, 'GET', params)).toMatchObject({
      identity: { issuer: 'https://appleid.apple.com' },
    });
  });
});

describe('the issuer of a Microsoft tenant', () => {
  const issuerOf = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
  const keysOf = (issuer: string): Faults => ({
    keySet: ({ keys }) => ({ keys: keys.map((key) => ({ ...key, issuer })) }),
  });

  it.each<[string, Record<string, unknown>]>([
    ['another tenant than the token names', { iss: issuerOf(OTHER) }],
    ['no tenant', { tid: undefined }],
    ['a tenant that is no GUID', { tid: 'common', iss: issuerOf('common') }],
    ['a tenant in capitals', { tid: 'ABCDEF00-2222-3333-4444-555555555555', iss: issuerOf('ABCDEF00-2222-3333-4444-555555555555') }],
    ['a list of tenants', { tid: [ORGANISATION], iss: issuerOf(ORGANISATION) }],
    ['the template itself', { iss: issuerOf('{tid}') }],
    ['version 1', { iss: `https://sts.windows.net/${ORGANISATION}/` }],
    ['a slash more', { iss: `${issuerOf(ORGANISATION)}/` }],
    ['another host', { iss: `https://login.evil.example/${ORGANISATION}/v2.0` }],
  ])('is refused as %s', async (_name, change) => {
    expect(await once('microsoft', claims(change))).toMatchObject(fails('issuer_wrong'));
    expect(world.events).toMatchObject([{ detail: { security: true } }]);
  }); // prettier-ignore

  it.each([
    ['to its own tenant', issuerOf(ORGANISATION), { outcome: 'identified' }],
    ['to all tenants', issuerOf('{tenantid}'), { outcome: 'identified' }],
    ['to another tenant', issuerOf(OTHER), fails('key_unknown')],
    ['to another host', `https://evil.example/${ORGANISATION}/v2.0`, fails('key_unknown')],
  ])('is signed with a key that is bound %s', async (_name, issuer, expected) => {
    world.fake.lie(keysOf(issuer));
    const fresh = await world.open();
    const params = await world.travel('microsoft');
    expect(await fresh.arrive('microsoft', BROWSER, 'GET', params)).toMatchObject(expected);
  });

  it.each<[object, string, string]>([
    [{ tenant: 'organizations' }, 'ada', 'identified'],
    [{ tenant: 'organizations' }, 'paul', 'denied'],
    [{ tenant: 'consumers' }, 'paul', 'identified'],
    [{ tenant: 'consumers' }, 'ada', 'denied'],
    [{ tenant: ORGANISATION }, 'ada', 'identified'],
    [{ tenant: OTHER }, 'ada', 'denied'],
    [{ tenants: [OTHER, ORGANISATION] }, 'ada', 'identified'],
    [{ tenants: [OTHER] }, 'ada', 'denied'],
  ])('with %j: %s is %s, whatever page the person asked for', async (change, persona, outcome) => {
    const own = await world.open(settingsFor(world.fake, { microsoft: change }));
    // The person changes `tenant` in the address of the page; the claim tells all the same.
    expect(await own.arrive('microsoft', BROWSER, 'GET', await world.travel('microsoft', persona))).toMatchObject({
      outcome,
    });
  });

  it.each([[true], ['true'], [1], ['1']])('believes an address when xms_edov is %j (A6)', async (edov) => {
    expect(await once('microsoft', claims({ xms_edov: edov }), 'una')).toMatchObject({
      identity: { email: { trust: 'verified' } },
    });
  });

  it('tells the number of an error', async () => {
    await once('microsoft', { tokenBody: () => ({ error: 'invalid_client', error_codes: [7_000_222] }) });
    expect(world.events).toMatchObject([
      { reason: 'token_client_refused', detail: { upstream_error: 'invalid_client:7000222' } },
    ]);
  });
});

describe('LINE', () => {
  it('signs with the secret of the channel, and nobody else can', async () => {
    expect(await world.arrive('line', 'ada')).toMatchObject({ outcome: 'identified' });
    const wrong = (all: JWTPayload) => world.fake.keys.sign(all, { alg: 'HS256', secret: 'another secret' });
    expect(await once('line', { sign: wrong })).toMatchObject(fails('signature_wrong'));
    expect(await once('line', { sign: (all) => world.fake.keys.sign(all) })).toMatchObject(fails('alg_unlisted'));
    expect(await once('line', { sign: (all) => world.fake.confuse(all) })).toMatchObject(fails('signature_wrong'));
  });

  it('is the only one whose tokens may be signed with a secret', async () => {
    for (const preset of ['google', 'apple', 'microsoft', 'linkedin', 'gitlab', 'partner'] as const) {
      const { secret } = world.fake.clients[preset];
      const sign = (all: JWTPayload) => world.fake.keys.sign(all, { alg: 'HS256', secret });
      expect(await once(preset, { sign })).toMatchObject(fails('alg_refused'));
    }
  });
});

describe('LinkedIn', () => {
  it('may leave the nonce out, but not send another one', async () => {
    expect(await world.arrive('linkedin')).toMatchObject({ outcome: 'identified' });
    expect(await once('linkedin', claims({ nonce: 'another' }))).toMatchObject(fails('nonce_mismatch'));
    expect(await once('linkedin', claims({ iat: epochSeconds() - 400 }))).toMatchObject(fails('id_token_too_old'));
    expect(await once('linkedin', { profile: (body) => ({ ...body, sub: 'other' }) })).toMatchObject(
      fails('userinfo_subject_differs'),
    );
    expect(await once('linkedin', claims({ iss: 'https://www.linkedin.com' }))).toMatchObject({
      identity: { issuer: 'https://www.linkedin.com/oauth' },
    });
  });
});

describe('an address that is asked for separately', () => {
  it.each([
    ['github', '/user/emails', 403],
    ['github', '/user/emails', 404],
  ])('%s may refuse %s with %s: then there is none', async (preset, path, status) => {
    const arrival = await once(preset, {
      transport: broken.status(status, 'application/json', '{"message":"no"}')(path),
    });
    expect(arrival).toMatchObject({ outcome: 'identified' });
    expect(arrival).not.toHaveProperty('identity.email');
  });

  it('X may refuse the whole call for it, or leave it out beside errors', async () => {
    const refuse = broken.status(403, 'application/json', '{"title":"Forbidden"}')('/users/me');
    const transport: Faults['transport'] = (request, response) =>
      request.query.has('user.fields') && refuse(request, response);
    expect(await once('x', { transport })).not.toHaveProperty('identity.email');
    expect(world.events).toEqual([]);
  });

  it('GitHub’s noreply address is none', async () => {
    const rows = [{ email: '1+ada@users.noreply.github.com', primary: true, verified: true }];
    const answer = broken.status(200, 'application/json', JSON.stringify(rows))('/user/emails');
    expect(await once('github', { transport: answer })).not.toHaveProperty('identity.email');
  });
});

describe('a server that the config file describes', () => {
  const forge = (world_: World, change: object = {}) => {
    const { id, secret } = world_.fake.clients.github;
    const at = (path: string) => `${world_.fake.base}/github${path}`;
    return settingsFor(world_.fake, {
      github: {
        preset: 'oauth2', issuer: 'https://github.com/login/oauth', client_id: id, client_secret: secret, label: 'Forge',
        authorization_endpoint: at('/login/oauth/authorize'), token_endpoint: at('/login/oauth/access_token'),
        token_auth: 'client_secret_post', pkce: 'S256', scopes: ['read:user'], subject: 'profile.id',
        sources: [{ name: 'profile', url: at('/user'), headers: { accept: 'application/json' } }],
        claims: { name: { from: ['profile.name'] }, email: { from: ['profile.notification_email'] } }, ...change,
      },
    }); // prettier-ignore
  };
  const arrive = async (change?: object) => {
    const own = await world.open(forge(world, change));
    const plan = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit' };
    const { params } = await world.fake.choose(await own.begin('github', plan), 'ada');
    return own.arrive('github', BROWSER, 'GET', params);
  };

  it('identifies people by the path that is written there', async () => {
    expect(await arrive()).toMatchObject({
      identity: { issuer: 'https://github.com/login/oauth', subject: '583231042', name: 'Ada Example' },
    });
    expect(await arrive({ subject: 'profile.nothing' })).toMatchObject(fails('subject_invalid'));
    expect(await arrive({ restrict: [{ equals: ['profile.type', 'Bot'] }] })).toMatchObject({ outcome: 'denied' });
  });

  it.each([
    ['json', 'token_malformed'],
    ['form', undefined],
    ['auto', undefined],
  ])('may answer with a form where token_format says %s', async (token_format, reason) => {
    const form = 'access_token=will-not-do&token_type=bearer&scope=';
    const transport = broken.status(200, 'application/x-www-form-urlencoded', form)('/access_token');
    world.fake.next({ prefix: 'github', faults: { transport } });
    // The made-up token is refused where it is used.
    expect(await arrive({ token_format })).toMatchObject(fails(reason ?? 'profile_refused'));
  });
});

describe('an error in the vendor’s own manner', () => {
  it.each<[string, Faults, string, string | undefined]>([
    ['github', { tokenBody: () => ({ error: 'bad_verification_code' }) }, 'token_refused', 'bad_verification_code'],
    ['github', { tokenBody: () => ({ error: 'incorrect_client_credentials' }) }, 'token_client_refused', 'incorrect_client_credentials'],
    ['kakao', { tokenBody: () => ({ error: 'invalid_client', error_code: 'KOE010' }) }, 'token_client_refused', 'invalid_client:KOE010'],
    ['kakao', { tokenBody: () => ({ error: 'invalid_grant', error_code: '<b>' }) }, 'token_refused', 'invalid_grant'],
    ['naver', { transport: broken.status(200, 'application/json', '{"resultcode":"024","message":"no"}')('/nid/me') }, 'profile_refused', '024'],
    ['x', { transport: broken.status(200, 'application/json', '{"errors":[{"title":"Not Found"}]}')('/users/me') }, 'profile_refused', 'http_200'],
    ['x', { transport: broken.status(429)('/users/me') }, 'profile_unavailable', undefined],
    ['discord', { transport: broken.status(200, 'text/html', '<h1>banned')('/@me') }, 'profile_malformed', 'text.html'],
    ['kakao', { transport: broken.status(401, 'application/json', '{"msg":"expired","code":-401}')('/user/me') }, 'profile_refused', '-401'],
  ])('%s ends the trip', async (preset, faults, reason, upstreamError) => {
    world.fake.lie(faults);
    expect(await world.arrive(preset)).toMatchObject(fails(reason));
    expect(world.events.at(-1)?.detail).toEqual({ security: false, ...(upstreamError ? { upstream_error: upstreamError } : {}) });
  }); // prettier-ignore
});

describe('a person who does not fit', () => {
  const tryAt = async (id: string, change: object, persona: string) => {
    const own = await world.open(settingsFor(world.fake, { [id]: change }));
    return own.arrive(id, BROWSER, 'GET', await world.travel(id, persona));
  };

  it.each<[string, object, string, string]>([
    ['google', { restrict: [{ equals: ['id.hd', 'workspace.example'] }] }, 'grace', 'identified'],
    ['google', { restrict: [{ equals: ['id.hd', 'workspace.example'] }] }, 'ada', 'denied'],
    ['google', { restrict: [{ equals: ['id.hd', 'workspace.example'] }], params: { hd: '*' } }, 'alan', 'denied'],
    ['google', { allowed_domains: ['workspace.example'] }, 'grace', 'identified'],
    ['google', { allowed_domains: ['workspace.example'] }, 'ada', 'denied'],
    ['google', { allowed_domains: ['place.example'] }, 'grace', 'denied'],
    ['google', { allowed_domains: ['unverified.example'] }, 'una', 'denied'],
    ['google', { allowed_domains: ['workspace.example'] }, 'noor', 'denied'],
  ])('at %s with %j: %s is %s', async (id, change, persona, outcome) => {
    expect(await tryAt(id, change, persona)).toMatchObject({ outcome });
    if (outcome === 'denied') {
      expect(world.events).toMatchObject([
        { type: 'upstreams.person_denied', outcome: 'refused', reason: 'restricted', reference: 'AAAAA-BBBBB' },
      ]);
    }
  });

  it('is known by a group, when the upstream sends a list of them', async () => {
    const change = { restrict: [{ in: ['user.groups', ['staff', 'admins']] }] };
    const own = await world.open(settingsFor(world.fake, { partner: change }));
    const withGroups = async (groups: unknown) => {
      const params = await world.travel('partner');
      world.fake.next({ prefix: 'partner', faults: { profile: (body) => ({ ...body, groups }) } });
      return (await own.arrive('partner', BROWSER, 'GET', params)).outcome;
    };
    expect(await withGroups(['guests', 'staff'])).toBe('identified');
    expect(await withGroups('admins')).toBe('identified');
    expect(await withGroups(['guests'])).toBe('denied');
    expect(await withGroups(undefined)).toBe('denied');
    expect(await withGroups({ staff: true })).toBe('denied');
  });
});
