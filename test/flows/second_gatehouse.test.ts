import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBrowser, type Browser, type Page } from '../support/http_browser.ts';
import { PASSWORD, typeCode } from '../support/people.ts';
import { startTwoGatehouses, type TwoGatehouses } from '../support/two_gatehouses.ts';

let two: TwoGatehouses;
let world: TwoGatehouses['world'];
let partner: TwoGatehouses['partner'];

beforeAll(async () => {
  two = await startTwoGatehouses();
  ({ world, partner } = two);
});
afterAll(() => two.stop());

async function signUpThroughPartner(email: string): Promise<{ browser: Browser; page: Page }> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream: 'partner' });
  await browser.follow('Create an account');
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD, name: 'Gina' } });
  return { browser, page: await typeCode(partner, browser, email) };
}

/** Signs in at the partner, which asks for the password only where its session is gone. */
async function signInThroughPartner(email: string, browser = createBrowser()): Promise<Page> {
  await browser.open(`${world.app.url}/login`);
  const page = await browser.submit({ upstream: 'partner' });
  return page.screen === 'login' && page.url.startsWith(partner.gatehouse.issuer)
    ? browser.submit({ fields: { email, password: PASSWORD } })
    : page;
}

const subjectOf = (page: Page) => page.json<{ idToken: { sub: string } }>().idToken.sub;

describe('another Gatehouse as an upstream by discovery', () => {
  it('signs a person in with nothing but its issuer, an id and a secret', async () => {
    const { page } = await signUpThroughPartner('gina@partner.example');
    expect(page.json()).toMatchObject({ userinfo: { email: 'gina@partner.example', email_verified: true } });
  });

  it('knows the person again, whose session at the partner spares every page', async () => {
    const { browser, page: first } = await signUpThroughPartner('hugo@partner.example');
    await browser.open(`${world.app.url}/logout`);
    await browser.submit({ button: 'Sign out' });
    await browser.open(`${world.app.url}/login`);
    const again = await browser.submit({ upstream: 'partner' });
    expect(subjectOf(again)).toBe(subjectOf(first));
  });
});

describe('keys that the other Gatehouse replaces', () => {
  const email = 'kim@partner.example';
  beforeAll(async () => void (await signUpThroughPartner(email)));
  /** Enough for another look at keys that are not known; no test should have to wait for it. */
  const letCooldownPass = () => world.gatehouse.passTime(31);

  const signingKey = () => partner.database.knex('signing_keys').where({ algorithm: 'RS256' }).whereNull('retired_at');
  /** The keys of today are gone, and the next start makes others. */
  const dropKeys = async (): Promise<{ kid: string }[]> => {
    const dropped = await signingKey().update({ retired_at: new Date() }).returning('kid');
    await partner.restart();
    return dropped;
  };

  // The other Gatehouse starts twice in it.
  it('are seen at the first login after a rotation with overlap', async () => {
    const [old] = await dropKeys();
    // A rotation with overlap is this: the new key signs, the old one is still published.
    const published = { retired_at: null, ended_at: new Date(), needed_seconds: 3600 };
    await partner.database.knex('signing_keys').where({ kid: old?.kid }).update(published);
    await partner.restart();
    const jwks = await fetch(`${partner.gatehouse.issuer}/oidc/jwks`);
    expect(await jwks.json()).toMatchObject({ keys: { length: 3 } });
    letCooldownPass();
    expect((await signInThroughPartner(email)).url).toBe(`${world.app.url}/me`);
  }, 60_000);

  it('are seen at the first login after the old ones were dropped at once', async () => {
    await dropKeys();
    letCooldownPass();
    expect((await signInThroughPartner(email)).url).toBe(`${world.app.url}/me`);
  });

  it('are looked for once in thirty seconds: a second unknown one signs nobody in until then', async () => {
    await dropKeys();
    const browser = createBrowser();
    const page = await signInThroughPartner(email, browser);
    expect(page).toMatchObject({ screen: 'login', error: 'upstream_misconfigured' });
    expect(page.upstreams).toContain('partner');
    letCooldownPass();
    expect((await signInThroughPartner(email, browser)).url).toBe(`${world.app.url}/me`);
  });
});

describe('two that use each other as upstream', () => {
  it('send nobody round in circles: the second one says so, and takes a password', async () => {
    const email = 'lena@partner.example';
    await signUpThroughPartner(email);
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'partner' });
    const page = await browser.submit({ upstream: 'front' });
    expect(page).toMatchObject({ screen: 'login', status: 400, error: 'upstream_loop' });
    expect(page.url.startsWith(partner.gatehouse.issuer)).toBe(true);
    expect(page.text).toContain('This sign-in has come through Front already');
    expect((await browser.submit({ fields: { email, password: PASSWORD } })).url).toBe(`${world.app.url}/me`);
  });

  it('refuse what has come through themselves, should the other one pass it on', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    const { url } = await browser.submit({ upstream: 'partner' });
    const sent = browser.trail.map((hop) => new URL(hop.url)).findLast((hop) => hop.searchParams.has('idp_chain'));
    const back = new URL('/oidc/authorize', world.gatehouse.issuer);
    back.search = new URLSearchParams({
      client_id: 'front',
      redirect_uri: `${partner.gatehouse.issuer}/upstream/front/callback`,
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      idp_chain: sent?.searchParams.get('idp_chain') ?? '',
    }).toString();
    const answer = await fetch(back, { redirect: 'manual' });
    expect(url.startsWith(partner.gatehouse.issuer)).toBe(true);
    const refused = new URL(answer.headers.get('location') ?? '').searchParams;
    expect([refused.get('error'), refused.get('error_description')]).toEqual([
      'invalid_request',
      expect.stringContaining('idp_chain'),
    ]);
  });

  it('are one where a person begins at the other: that is no circle', async () => {
    const browser = createBrowser();
    await browser.open(`${partner.gatehouse.issuer}/account`);
    const page = await browser.submit({ upstream: 'front' });
    expect(page).toMatchObject({ screen: 'login', status: 200 });
    expect(page.url.startsWith(world.gatehouse.issuer)).toBe(true);
  });
});
