import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { Upstreams } from '../../src/upstreams/index.ts';
import { transportFaults as broken } from './support/fake_upstream.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { BROWSER, buildWorld, type World } from './support/world.ts';

let world: World;
let upstreams: Upstreams;
beforeAll(async () => {
  world = await buildWorld();
});
beforeEach(async () => {
  world.fake.honest();
  world.fake.journal.length = 0;
  // Nobody knows a key yet.
  await world.database.knex('upstream_keys').delete();
  upstreams = await world.open();
});
afterEach(() => {
  useRealClock();
});
afterAll(() => world.close());

const arrive = async () => upstreams.arrive('google', BROWSER, 'GET', await world.travel('google'));
const fetches = () => world.fake.calls('/certs').length;

describe('keys of an upstream', () => {
  it('are fetched once for many logins', async () => {
    await arrive();
    await arrive();
    expect(fetches()).toBe(1);
  });

  it('are fetched once more when the upstream rotates in the middle, and the login goes on (B18)', async () => {
    await arrive();
    await world.fake.rotateKeys();
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    expect(fetches()).toBe(2);
  });

  it('are fetched once more for all who meet the rotation at once', async () => {
    await arrive();
    await world.fake.rotateKeys();
    const arrivals = await Promise.all(Array.from({ length: 12 }, arrive));
    expect(arrivals.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 12 }, () => 'identified'));
    expect(fetches()).toBe(2);
  });

  it('are there before the first login, which does not wait for them', async () => {
    upstreams.start();
    while (!(await world.database.knex('upstream_keys').first())) await setImmediate();
    world.fake.lie({ transport: broken.hang('/certs') });
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    expect(fetches()).toBe(1);
  });

  it('outlive a restart for a day while the upstream does not answer', async () => {
    await arrive();
    world.fake.lie({ transport: broken.status(500)('/certs') });
    upstreams = await world.open();
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    upstreams = await world.open();
    pass(25 * 3600);
    expect(await arrive()).toMatchObject({ reason: 'jwks_unavailable' });
  });

  it('cannot be made to be fetched over and over by made-up kids (B18)', async () => {
    await arrive();
    for (const round of [1, 2, 3]) {
      world.fake.lie({ keySet: (set) => ({ keys: set.keys.map((key) => ({ ...key, kid: `stale-${round}` })) }) });
      await world.fake.rotateKeys();
      expect(await arrive()).toMatchObject({ reason: 'key_unknown', code: 'upstream_misconfigured' });
    }
    expect(fetches()).toBe(2);
    world.fake.honest();
    pass(31);
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    expect(fetches()).toBe(3);
  });

  it('serve on for a day when the upstream stops answering, and not longer', async () => {
    await arrive();
    world.fake.lie({ transport: broken.status(500)('/certs') });
    pass(23 * 3600);
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    pass(2 * 3600);
    expect(await arrive()).toMatchObject({ code: 'upstream_unavailable', reason: 'jwks_unavailable' });
  });

  it.each([
    ['an error', broken.status(500)('/certs')],
    ['a page', broken.status(200, 'text/html', '<h1>')('/certs')],
    ['no list', broken.status(200, 'application/json', '{"keys":7}')('/certs')],
    ['a megabyte', broken.huge('/certs')],
    ['silence', broken.hang('/certs')],
    ['a redirect', broken.redirect('/certs')],
  ])('are unavailable when there is only %s', async (_name, transport) => {
    world.fake.lie({ transport });
    expect(await arrive()).toMatchObject({ code: 'upstream_unavailable', reason: 'jwks_unavailable' });
  });

  it('are tried one after the other when neither token nor keys say which belong together', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const stranger = await exportJWK(publicKey);
    world.fake.lie({
      sign: (claims) => world.fake.signBare(claims),
      keySet: (set) => ({ keys: [{ ...stranger, kty: 'RSA' }, ...set.keys.map(({ kty, n, e }) => ({ kty, n, e }))] }),
    });
    expect(await arrive()).toMatchObject({ outcome: 'identified' });
    world.fake.lie({ sign: (claims) => world.fake.forge(claims) });
    expect(await arrive()).toMatchObject({ outcome: 'failed' });
  });
});
