import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, authorize, begin, login, openWorld, parameter, refusalOf, type World } from './support.ts';

describe('the browser of a visit', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  it('shows its page to no other (C1)', async () => {
    const { page } = await begin(agent(world.issuer));
    expect(await refusalOf(agent(world.issuer).get(page))).toEqual([400, 'cookies_missing']);
    const other = agent(world.issuer);
    await begin(other);
    expect(await refusalOf(other.get(page))).toEqual([400, 'interaction_foreign']);
    expect(await refusalOf(other.post(page, { result: JSON.stringify(login('bob')) }))).toEqual([
      400,
      'interaction_foreign',
    ]);
  });

  it('tells blocked cookies from another browser by whether any cookie of ours came along', async () => {
    const { page } = await begin(agent(world.issuer));
    expect(await refusalOf(agent(world.issuer).get(page, { cookie: 'theme=dark' }))).toEqual([400, 'cookies_missing']);
    expect(await refusalOf(agent(world.issuer).get(page, { cookie: 'gatehouse_locale=en' }))).toEqual([
      400,
      'interaction_foreign',
    ]);
  });

  it('cannot be moved by planting its cookies in another browser (V11, C2)', async () => {
    const attacker = agent(world.issuer);
    const victim = agent(world.issuer);
    const { page } = await begin(attacker);
    await begin(victim);
    // All cookies of the visit, with signatures, but not the binding: a sibling domain cannot plant that one.
    for (const cookie of attacker.jar.list().filter(({ name }) => !name.startsWith('gatehouse_browser'))) {
      victim.jar.take(new URL(world.issuer), [`${cookie.name}=${cookie.value}; path=${cookie.path}`]);
    }
    expect(await refusalOf(victim.get(page))).toEqual([400, 'interaction_foreign']);
    expect(await refusalOf(victim.post(page, { result: JSON.stringify(login('ada')) }))).toEqual([
      400,
      'interaction_foreign',
    ]);
    expect(await refusalOf(victim.get(page.replace('/interaction/', '/oidc/authorize/')))).toEqual([
      400,
      'interaction_foreign',
    ]);
    expect(parameter(await attacker.get(authorize({ prompt: 'none' })), 'error')).toBe('login_required');
  });

  it('is resumed only there, though the result is already in (C1)', async () => {
    const browser = agent(world.issuer);
    const { page } = await begin(browser);
    const { location = '' } = await browser.post(page, { result: JSON.stringify(login()) });
    const thief = agent(world.issuer);
    expect(await refusalOf(thief.get(location))).toEqual([400, 'cookies_missing']);
    await begin(thief);
    for (const cookie of browser.jar.list().filter(({ name }) => name.startsWith('gatehouse_resume'))) {
      thief.jar.take(new URL(world.issuer), [`${cookie.name}=${cookie.value}; path=${cookie.path}`]);
    }
    expect(await refusalOf(thief.get(location))).toEqual([400, 'interaction_foreign']);
    expect(parameter(await browser.get(location), 'code')).toBeTruthy();
  });

  it('is resumed by its own URL only: case, a slash or another visit in the cookie do not pass the guard', async () => {
    const browser = agent(world.issuer);
    const first = await begin(browser);
    const second = await begin(browser);
    const { location = '' } = await browser.post(first.page, { result: JSON.stringify(login()) });
    const path = new URL(location).pathname;
    for (const spelling of [`${path}/`, path.replace('/oidc/', '/OIDC/'), path.replace('authorize', 'Authorize')]) {
      expect((await browser.get(spelling)).status).toBe(404);
    }
    const resume = browser.jar
      .list()
      .find(({ name, path: at }) => name === 'gatehouse_resume' && at.endsWith(first.visit.uid));
    const swapped = agent(world.issuer);
    for (const cookie of browser.jar.list()) {
      const moved = cookie.path === resume?.path ? `/oidc/authorize/${second.visit.uid}` : cookie.path;
      if (cookie.path.startsWith('/oidc/') && cookie.path !== resume?.path) continue;
      swapped.jar.take(new URL(world.issuer), [`${cookie.name}=${cookie.value}; path=${moved}`]);
    }
    expect(await refusalOf(swapped.get(`/oidc/authorize/${second.visit.uid}`))).toEqual([400, 'interaction_expired']);
  });

  it('is found for an upstream that sends the browser to another path', async () => {
    const { visit } = await begin(agent(world.issuer));
    expect((await world.oidc.find(visit.uid, visit.browserHash)).reference).toBe(visit.reference);
    await expect(world.oidc.find(visit.uid, 'another browser')).rejects.toMatchObject({
      code: 'interaction_foreign',
    });
    await expect(world.oidc.find(visit.uid, undefined)).rejects.toMatchObject({ code: 'cookies_missing' });
    await expect(world.oidc.find('no-such-visit', visit.browserHash)).rejects.toMatchObject({
      code: 'interaction_expired',
    });
  });
});
