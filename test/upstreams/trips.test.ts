import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BROWSER, buildWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await buildWorld();
});
beforeEach(() => {
  world.fake.honest();
  world.events.length = 0;
});
afterAll(() => world.close());

describe('a trip that works', () => {
  it('brings a Gmail address from Google as authoritative', async () => {
    expect(await world.arrive('google')).toMatchObject({
      outcome: 'identified',
      trip: {
        upstreamId: 'google',
        purpose: 'login',
        interactionUid: 'visit',
        browserHash: BROWSER,
        reference: 'AAAAA-BBBBB',
      },
      identity: {
        issuer: 'https://accounts.google.com',
        subject: '110000000000000000042',
        email: { value: 'ada.example@gmail.com', trust: 'authoritative', relay: false },
        name: 'Ada Example',
        givenName: 'Ada',
        familyName: 'Example',
        extra: {},
      },
    });
  });

  it.each([
    ['grace', ['grace@workspace.example', 'authoritative'], { hd: 'workspace.example' }],
    ['alan', ['alan@elsewhere.example', 'verified'], {}],
    ['una', ['una@unverified.example', 'unverified'], {}],
    ['twin', ['taken@example.org', 'verified'], {}],
    ['noor', [undefined, undefined], {}],
  ])('judges the address of Google persona %s', async (persona, email, extra) => {
    const arrival = await world.arrive('google', persona);
    if (arrival.outcome !== 'identified') throw new Error(arrival.outcome);
    const { value, trust } = arrival.identity.email ?? {};
    expect([value, trust]).toEqual(email);
    expect(arrival.identity.extra).toEqual(extra);
  });

  it('brings an address from Facebook as unverified, and asks Meta with proof of the secret (B9)', async () => {
    expect(await world.arrive('facebook')).toMatchObject({
      outcome: 'identified',
      identity: {
        issuer: 'https://www.facebook.com',
        subject: '10220000000000042',
        email: { value: 'ada.f@social.example', trust: 'unverified' },
      },
    });
    const call = world.fake.calls('/v24.0/me').at(-1);
    expect(call?.query.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/);
    expect(call?.query.has('access_token')).toBe(false);
  });

  it('gets by without an address from Facebook', async () => {
    const arrival = await world.arrive('facebook', 'noor');
    expect(arrival).toMatchObject({ outcome: 'identified', identity: { subject: '10220000000000046' } });
    expect(arrival).not.toHaveProperty('identity.email');
  });

  it('finds a generic provider by discovery and believes no address until the admin says so', async () => {
    expect(await world.arrive('partner', 'alan')).toMatchObject({
      outcome: 'identified',
      identity: {
        issuer: world.fake.issuer,
        email: { value: 'alan@elsewhere.example', trust: 'unverified' },
      },
    });
  });

  it('sends state, nonce and PKCE, authenticates, and says who calls', async () => {
    await world.arrive('partner');
    const authorize = world.fake.calls('/authorize').findLast((entry) => entry.method === 'GET');
    expect(authorize?.query.get('state')).toMatch(/^[\w-]{43}$/);
    expect(authorize?.query.get('nonce')).toMatch(/^[\w-]{43}$/);
    expect(authorize?.query.get('code_challenge_method')).toBe('S256');
    const token = world.fake.calls('/token').at(-1);
    expect(token?.headers.authorization).toMatch(/^Basic /);
    expect(token?.headers.accept).toBe('application/json');
    expect(token?.headers['user-agent']).toMatch(/^Gatehouse\//);
    expect(token?.form.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(token?.form.has('client_secret')).toBe(false);
  });

  it.each(['google', 'facebook', 'partner'])('takes a "no" at %s for what it is', async (id) => {
    const arrival = await world.arrive(id, 'cancel');
    expect(arrival).toMatchObject({ outcome: 'cancelled', trip: { upstreamId: id } });
    expect(world.events).toEqual([]);
  });
});

describe('begin', () => {
  const trip = { purpose: 'login' as const, browserHash: BROWSER, interactionUid: 'visit' };

  it.each([
    ['google', 'prompt', 'select_account'],
    ['facebook', 'auth_type', 'reauthenticate'],
    ['partner', 'prompt', 'login'],
  ])('puts the wish for a fresh login to %s in its own words', async (id, name, value) => {
    const url = new URL(
      await world.upstreams.begin(id, { ...trip, prompt: 'login', uiLocales: 'ko', loginHint: 'ada@example.org' }),
    );
    expect(url.searchParams.get(name)).toBe(value);
  });

  it('passes on how old a login may be, and how good it should be', async () => {
    const url = new URL(await world.upstreams.begin('partner', { ...trip, maxAge: '0', acrValues: 'urn:gold' }));
    const asked = ['max_age', 'acr_values', 'prompt'].map((name) => url.searchParams.get(name));
    expect(asked).toEqual(['0', 'urn:gold', 'login']);
  });

  it('never passes on a wish that the upstream has no word for', async () => {
    const url = new URL(await world.upstreams.begin('google', { ...trip, prompt: 'none' }));
    expect(url.searchParams.has('prompt')).toBe(false);
  });

  it('refuses an upstream that is not there', async () => {
    await expect(world.upstreams.begin('nobody', trip)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('stores neither state nor nonce nor verifier in clear', async () => {
    const url = new URL(await world.upstreams.begin('google', trip));
    const stored = JSON.stringify(await world.database.knex('upstream_transactions').select());
    expect(stored).not.toContain(url.searchParams.get('state'));
    expect(stored).not.toContain(url.searchParams.get('nonce'));
  });
});

describe('list', () => {
  it('says who is simulated, where a form ends and what people read', async () => {
    await world.arrive('partner');
    const plain = { domains: [], localPasswords: false };
    expect(world.upstreams.list()).toEqual([
      { ...plain, id: 'google', name: 'Google', preset: 'google', linking: 'authoritative', available: true, origins: [world.fake.base], simulated: true },
      { ...plain, id: 'facebook', name: 'Facebook', preset: 'facebook', linking: 'authoritative', available: true, origins: [world.fake.base, 'https://m.facebook.com'], simulated: true, askAgainPrompt: 'consent' },
      { ...plain, id: 'partner', name: 'partner', preset: 'oidc', linking: 'authoritative', available: true, origins: [world.fake.base], simulated: false },
    ]); // prettier-ignore
  });
});
