import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signOut } from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

let partner: Gatehouse;
let world: World;
let dropPartner: () => Promise<void>;

/** The partner is a Gatehouse of its own, on another host: cookies ignore ports. */
beforeAll(async () => {
  const port = await freePortPair();
  const { url: databaseUrl, drop } = await testDatabase();
  dropPartner = drop;
  const at = `http://localhost:${port}/upstream/partner`;
  const client = {
    client_id: 'gatehouse',
    client_secret: CLIENT_SECRET,
    redirect_uris: [`${at}/callback`],
    post_logout_redirect_uris: [`${at}/signed-out`],
    backchannel_logout_uri: `${at}/events`,
    backchannel_logout_session_required: true,
    first_party: true,
  };
  partner = await startGatehouse({ databaseUrl, settings: { clients: [client] }, host: '127.0.0.1' });
  const upstream = {
    id: 'partner',
    preset: 'oidc',
    label: 'Partner',
    issuer: partner.issuer,
    client_id: 'gatehouse',
    client_secret: CLIENT_SECRET,
    email_trust: 'verified',
    logout: 'rp-initiated',
  };
  world = await startWorld({ port, settings: { upstreams: [upstream] } });
});

afterAll(async () => {
  await world.stop();
  await partner.stop();
  await dropPartner();
});

/** Signs up at the partner on the way, and is signed in to the app. */
async function throughPartner(email: string): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream: 'partner' });
  await browser.follow('Create an account');
  await browser.submit({ action: '/signup', fields: { email, new_password: PASSWORD, name: 'Gina' } });
  const page = await browser.submit({ fields: { code: await partner.code(email) } });
  expect(page.json()).toMatchObject({ userinfo: { email } });
  return browser;
}

const sessions = async () => Number((await world.query('select count(*) from sessions'))[0]?.['count']);

describe('signing out here, having come through a partner that wants it', () => {
  it('goes on to sign out there, and comes back to where the app wanted people to go', async () => {
    const browser = await throughPartner('gina@partner.example');
    const there = await signOut(world, browser);
    expect([there.url.startsWith(`${partner.issuer}/oidc/logout?`), there.screen]).toEqual([true, 'logout']);
    const back = await browser.submit({ button: 'Sign out' });
    expect(back.url.startsWith(`${world.app.url}/loggedout`)).toBe(true);
    expect(await sessions()).toBe(0);
    await browser.open(`${world.app.url}/login`);
    expect((await browser.submit({ upstream: 'partner' })).screen).toBe('login');
  });

  it('comes back to our own page where no app wanted anything', async () => {
    const browser = await throughPartner('hana@partner.example');
    await browser.open(`${world.gatehouse.issuer}/oidc/logout`);
    await browser.submit({ button: 'Sign out' });
    expect((await browser.submit({ button: 'Sign out' })).screen).toBe('signed-out');
  });

  it('leads nobody but those whom we have sent', async () => {
    const at = `${world.gatehouse.issuer}/upstream/partner/signed-out`;
    for (const state of ['', 'v1.x.y', 'x'.repeat(3000)]) {
      const page = await createBrowser().open(`${at}?state=${state}`);
      expect([page.url, page.screen]).toEqual([`${world.gatehouse.issuer}/oidc/logout/success`, 'signed-out']);
    }
  });
});

describe('signing out at the partner', () => {
  it('ends the session here that came from there', async () => {
    const browser = await throughPartner('ines@partner.example');
    expect(await sessions()).toBe(1);
    await browser.open(`${partner.issuer}/oidc/logout`);
    await browser.submit({ button: 'Sign out' });
    expect(await sessions()).toBe(0);
  });
});

describe('a partner that does not answer', () => {
  it('strands nobody: they are signed out here, and where the app wanted them to be', async () => {
    const browser = await throughPartner('juno@partner.example');
    await partner.stop('SIGKILL');
    const page = await signOut(world, browser);
    expect(page.url.startsWith(`${world.app.url}/loggedout`)).toBe(true);
    expect(await sessions()).toBe(0);
  });
});
