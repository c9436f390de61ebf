import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { sweepRoom } from '../support/sweep.ts';
import { agent, CLIENTS, openWorld, signIn, type World, type WorldOptions } from './support.ts';

const DAY = 86_400;
const encryptionKey = randomBytes(32);

/** A world whose one app wants to be told, and answers as `status` says. */
async function openTold(options: WorldOptions = {}, answers: { status: number } = { status: 200 }) {
  const tries: string[] = [];
  const world = await openWorld({
    clients: [{ ...CLIENTS[0], client_id: 'wiki', backchannel_logout_uri: 'https://wiki.acme.example/backchannel' }],
    ...options,
    deps: {
      outboundFetch: async (url) => {
        tries.push(new Request(url).url);
        return new Response(null, { status: answers.status });
      },
      ...options.deps,
    },
  });
  const failures = () => world.events.map(({ type }) => type).filter((type) => type.startsWith('oidc.backchannel'));
  return { world, tries, failures };
}

const waiting = (world: World) => world.database.knex('logout_notices');
/** Until the present try has been answered, and the next one is due in less than the lease. */
const postponed = (world: World, seconds: number) =>
  world.until(async () => {
    const [row] = await waiting(world);
    return row !== undefined && Math.abs(row.due_at.getTime() - Date.now() - seconds * 1000) < 4000;
  });

describe('what apps are told of ended sessions', () => {
  afterEach(() => useRealClock());

  it('is not lost with the process that ended them', async () => {
    const base = await testDatabase();
    const first = await openTold({ database: base.database, encryptionKey });
    await signIn(agent(first.world.issuer));
    await first.world.oidc.stop();
    await first.world.oidc.endEverythingOf('ada');
    expect(first.tries).toEqual([]);
    await first.world.close();
    const second = await openTold({ database: base.database, encryptionKey });
    await second.world.told();
    expect(second.tries).toEqual(['https://wiki.acme.example/backchannel']);
    await second.world.close();
    await base.drop();
  });

  it('is not told when what ended them is rolled back', async () => {
    const { world, tries } = await openTold();
    const browser = agent(world.issuer);
    await signIn(browser);
    const undone = world.database.knex.transaction(async (within) => {
      await world.oidc.endEverythingOf('ada', within);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await browser.get('/session')).json).toMatchObject({ accountId: 'ada' });
    expect([await waiting(world), tries]).toEqual([[], []]);
    await world.close();
  });

  it('is told again until the app answers', async () => {
    const answers = { status: 503 };
    const { world, tries, failures } = await openTold({}, answers);
    await signIn(agent(world.issuer));
    await world.oidc.endEverythingOf('ada');
    await postponed(world, 5);
    await world.oidc.stop();
    pass(6);
    world.oidc.start();
    await postponed(world, 10);
    answers.status = 200;
    await world.oidc.stop();
    pass(11);
    world.oidc.start();
    await world.told();
    expect([tries.length, failures()]).toEqual([3, ['oidc.backchannel_logout_failed']]);
    await world.close();
  });

  it('is given up after a day', async () => {
    const { world, failures } = await openTold({}, { status: 500 });
    await signIn(agent(world.issuer));
    await world.oidc.endEverythingOf('ada');
    await postponed(world, 5);
    await world.oidc.stop();
    pass(DAY - 1);
    world.oidc.start();
    await world.told();
    await world.until(() => failures().length === 2);
    expect(failures()).toEqual(['oidc.backchannel_logout_failed', 'oidc.backchannel_logout_given_up']);
    await world.close();
  });

  it('is swept when no process was there to give it up', async () => {
    const { world, tries } = await openTold();
    await signIn(agent(world.issuer));
    await world.oidc.stop();
    await world.oidc.endEverythingOf('ada');
    pass(DAY + 60);
    await sweepRoom(world.database, world.oidc);
    expect([await waiting(world), tries]).toEqual([[], []]);
    await world.close();
  });

  it('goes to each app once, with two processes at it', async () => {
    const base = await testDatabase();
    const worlds = [
      await openTold({ database: base.database, encryptionKey }),
      await openTold({ database: base.database, encryptionKey }),
    ];
    const [one, two] = worlds;
    if (!one || !two) throw new Error('no worlds');
    for (let count = 0; count < 4; count += 1) await signIn(agent(one.world.issuer));
    await one.world.oidc.endEverythingOf('ada');
    two.world.oidc.start();
    await one.world.told();
    expect(one.tries.length + two.tries.length).toBe(4);
    for (const { world } of worlds) await world.close();
    await base.drop();
  });

  it('is tried again, too, when an app did not answer somebody who signed out', async () => {
    const answers = { status: 500 };
    const { world, tries } = await openTold({}, answers);
    const browser = agent(world.issuer);
    await signIn(browser);
    const { json } = await browser.get('/oidc/logout');
    await browser.post('/oidc/logout/confirm', { xsrf: String(json['xsrf']), logout: 'yes' });
    expect((await browser.get('/session')).json).toEqual({});
    await world.until(async () => (await waiting(world)).length === 1);
    answers.status = 200;
    await world.oidc.stop();
    pass(6);
    world.oidc.start();
    await world.told();
    expect(tries.length).toBe(2);
    await world.close();
  });
});
