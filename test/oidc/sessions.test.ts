import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pass, useRealClock } from '../support/clock.ts';
import { agent, answerPrompt, authorize, login, openWorld, parameter, type Agent, type World } from './support.ts';

const DAY = 86_400;

describe('a session', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterEach(() => useRealClock());
  afterAll(() => world.close());

  const life = async (remember: boolean) => {
    const browser = agent(world.issuer);
    const { location = '' } = await browser.get(authorize());
    const finished = await browser.post(location, { result: JSON.stringify(login('ada', remember)) });
    const answer = await browser.get(finished.location ?? '');
    return {
      browser,
      cookie: answer.headers.getSetCookie().find((line) => line.startsWith('gatehouse_session=')) ?? '',
    };
  };
  const alive = async (browser: Agent) =>
    (await browser.get(authorize({ prompt: 'none' }))).location?.includes('code=') ?? false;

  it('of 12 hours, until the browser closes, where nobody asked to be kept signed in (C19)', async () => {
    const { browser, cookie } = await life(false);
    expect(cookie).not.toMatch(/expires/i);
    pass(11 * 3600);
    expect(await alive(browser)).toBe(true);
    pass(2 * 3600);
    expect(await alive(browser)).toBe(false);
  });

  it('of 14 days without use and 30 at most, where somebody did', async () => {
    const { browser, cookie } = await life(true);
    expect(cookie).toMatch(/expires/i);
    for (const days of [13, 13, 3]) {
      pass(days * DAY);
      expect(await alive(browser)).toBe(true);
    }
    pass(2 * DAY);
    expect(await alive(browser)).toBe(false);
    useRealClock();
    const idle = await life(true);
    pass(15 * DAY);
    expect(await alive(idle.browser)).toBe(false);
  });

  it('with a new id at each login, and the old one dead (C3)', async () => {
    const { browser } = await life(true);
    const idOf = () => browser.jar.list().find(({ name }) => name === 'gatehouse_session')?.value;
    const before = browser.jar.list().filter(({ name }) => name.startsWith('gatehouse_session'));
    const { location = '' } = await browser.get(authorize({ prompt: 'login' }));
    await answerPrompt(browser, location, login());
    expect(idOf()).not.toBe(before[0]?.value);
    const thief = agent(world.issuer);
    for (const cookie of before) thief.jar.take(new URL(world.issuer), [`${cookie.name}=${cookie.value}; path=/`]);
    expect((await thief.get('/session')).json).toEqual({});
  });

  it('and prefixed, Secure cookies on an https issuer (C12)', async () => {
    const issuer = 'https://id.acme.example';
    const secure = await openWorld({ issuer });
    const browser = agent(issuer, secure.port);
    const { location = '' } = await browser.get(authorize());
    expect(parameter(await answerPrompt(browser, location, login()), 'code')).toBeTruthy();
    const names = browser.jar.list().map(({ name }) => name);
    expect(names.filter((name) => !name.endsWith('.sig')).toSorted()).toEqual([
      '__Host-gatehouse_browser',
      '__Host-gatehouse_session',
      '__Secure-gatehouse_interaction',
    ]);
    for (const cookie of browser.jar.list())
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'lax' });
    await secure.close();
  });

  it('and cookies that are HttpOnly, Lax, signed and without a domain (C12)', async () => {
    const browser = agent(world.issuer);
    const { location = '' } = await browser.get(authorize());
    await answerPrompt(browser, location, login());
    const names = new Set(browser.jar.list().map(({ name }) => name));
    for (const cookie of browser.jar.list()) {
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', wide: false });
      if (!cookie.name.endsWith('.sig')) expect(names).toContain(`${cookie.name}.sig`);
    }
    expect([...names].filter((name) => !name.endsWith('.sig')).toSorted()).toEqual([
      'gatehouse_browser',
      'gatehouse_interaction',
      'gatehouse_session',
    ]);
  });
});
