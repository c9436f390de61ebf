import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { discoveryFaults, keySetFaults } from './support/document_faults.ts';
import { transportFaults as broken } from './support/fake_upstream.ts';
import { vendorFaults } from './support/vendor_faults.ts';
import { BROWSER, buildWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await buildWorld({ github: {}, line: {}, discord: {}, x: {}, naver: {} });
});
afterEach(() => world.fake.honest());
afterAll(() => world.close());

describe('what happens next at the fake', () => {
  it('happens once, unless said, and only at its provider', async () => {
    world.fake.next({ prefix: 'github', faults: { transport: broken.status(502)('/access_token') } });
    expect(await world.arrive('facebook')).toMatchObject({ outcome: 'identified' });
    expect(await world.arrive('github')).toMatchObject({ outcome: 'failed', reason: 'token_unavailable' });
    expect(await world.arrive('github')).toMatchObject({ outcome: 'identified' });
    world.fake.next({ prefix: 'github', times: 2, faults: { transport: broken.reset('/access_token') } });
    const three = [await world.arrive('github'), await world.arrive('github'), await world.arrive('github')];
    expect(three.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'identified']);
  });

  it('is the newest of several, until all are forgotten', async () => {
    world.fake.next({ faults: { callback: (params) => params.set('code', 'first') }, times: Infinity });
    world.fake.next({ faults: { callback: (params) => params.set('code', 'second') } });
    expect((await world.travel('github')).get('code')).toBe('second');
    expect((await world.travel('github')).get('code')).toBe('first');
    world.fake.honest();
    expect(await world.arrive('github')).toMatchObject({ outcome: 'identified' });
  });

  it('changes one person', async () => {
    world.fake.next({ prefix: 'line', persona: 'ada', user: { email: 'ada@moved.example' } });
    expect(await world.arrive('line', 'ada')).toMatchObject({ identity: { email: { value: 'ada@moved.example' } } });
    expect(await world.arrive('line', 'ada')).toMatchObject({ identity: { email: { value: 'ada@line.example' } } });
  });
});

describe('the journal', () => {
  it('tells a test everything and prints no secret', async () => {
    const before = world.fake.journal.length;
    await world.arrive('github');
    const entries = world.fake.journal.slice(before);
    const token = entries.find(({ path }) => path.endsWith('/access_token'));
    const secret = token?.form.get('client_secret') ?? 'missing';
    expect(secret).toBe(world.fake.clients.github.secret);
    const bearer = entries.find(({ path }) => path === '/user')?.headers.authorization ?? 'missing';
    expect(bearer).toMatch(/^Bearer gho_/);
    for (const printed of [JSON.stringify(entries), inspect(entries, { depth: 9 })]) {
      for (const hidden of [secret, bearer, token?.form.get('code'), token?.form.get('code_verifier')]) {
        expect(printed).not.toContain(hidden);
      }
      expect(printed).toContain('/login/oauth/access_token');
    }
  });
});

describe('faults by name', () => {
  it.each([
    ['drip', 'timeout'],
    ['flood', 'too_large'],
    ['loop', 'redirect'],
  ] as const)('%s of a token answer is %s', async (fault, reason) => {
    world.fake.next({ prefix: 'github', faults: { transport: broken[fault]('/access_token') } });
    expect(await world.arrive('github')).toMatchObject({ outcome: 'failed', reason });
  });

  it.each([
    ['empty', 'failed'],
    ['garbage', 'failed'],
    ['unlabelled', 'identified'],
    ['nameless', 'failed'],
  ] as const)('with a key set that is %s everybody who comes is %s', async (fault, outcome) => {
    // Nobody knows the new keys yet, and a new process has not just asked for any.
    await world.fake.rotateKeys();
    const fresh = await world.open();
    const params = await world.travel('google');
    world.fake.next({ prefix: 'google', times: Infinity, faults: keySetFaults[fault] });
    expect(await fresh.arrive('google', BROWSER, 'GET', params)).toMatchObject({ outcome });
  });

  it.each(Object.entries(discoveryFaults))('%s is published once', async (_name, faults) => {
    const published = async () => (await fetch(`${world.fake.issuer}/.well-known/openid-configuration`)).text();
    const honest = await published();
    world.fake.next({ prefix: 'partner', faults });
    expect(await published()).not.toBe(honest);
    expect(await published()).toBe(honest);
  });

  it.each([
    ['x', 'xTooMany', 'profile_unavailable'],
    ['discord', 'discordTooMany', 'profile_unavailable'],
    ['discord', 'discordBanned', 'profile_unavailable'],
    ['naver', 'naverFailed', 'profile_refused'],
  ] as const)('%s ends a trip by %s', async (prefix, fault, reason) => {
    const fresh = await world.open();
    const params = await world.travel(prefix);
    world.fake.next({ prefix, times: 2, faults: { transport: vendorFaults[fault] } });
    expect(await fresh.arrive(prefix, BROWSER, 'GET', params)).toMatchObject({ outcome: 'failed', reason });
  });
});
