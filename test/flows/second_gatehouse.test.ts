import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';

let partner: Gatehouse;
let world: World;
let dropPartner: () => Promise<void>;

beforeAll(async () => {
  const port = await freePortPair();
  const { url: databaseUrl, drop } = await testDatabase();
  dropPartner = drop;
  partner = await startGatehouse({
    databaseUrl,
    settings: {
      clients: [
        {
          client_id: 'gatehouse',
          client_secret: CLIENT_SECRET,
          redirect_uris: [`http://localhost:${port}/upstream/partner/callback`],
          first_party: true,
        },
      ],
    },
    // Another host than the issuer of the world: cookies ignore ports.
    host: '127.0.0.1',
  });
  world = await startWorld({
    port,
    settings: {
      upstreams: [
        {
          id: 'partner',
          preset: 'oidc',
          label: 'Partner',
          issuer: partner.issuer,
          client_id: 'gatehouse',
          client_secret: CLIENT_SECRET,
          email_trust: 'verified',
        },
      ],
    },
  });
});

afterAll(async () => {
  await world.stop();
  await partner.stop();
  await dropPartner();
});

describe('another Gatehouse as an upstream by discovery', () => {
  it('signs a person in with nothing but its issuer, an id and a secret', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'partner' });
    expect(browser.page.url.startsWith(partner.issuer)).toBe(true);
    await browser.follow('Create an account');
    await browser.submit({
      action: '/signup',
      fields: { email: 'gina@partner.example', new_password: PASSWORD, name: 'Gina' },
    });
    const page = await browser.submit({ fields: { code: await partner.code('gina@partner.example') } });
    expect(page.json()).toMatchObject({ userinfo: { email: 'gina@partner.example', email_verified: true } });
  });

  it('knows the person again, whose session at the partner spares every page', async () => {
    const browser = createBrowser();
    await browser.open(`${world.app.url}/login`);
    await browser.submit({ upstream: 'partner' });
    const first = await browser.submit({ fields: { email: 'gina@partner.example', password: PASSWORD } });
    await browser.open(`${world.app.url}/logout`);
    await browser.submit({ button: 'Sign out' });
    await browser.open(`${world.app.url}/login`);
    const again = await browser.submit({ upstream: 'partner' });
    const subject = (page: typeof first) => page.json<{ idToken: { sub: string } }>().idToken.sub;
    expect(subject(again)).toBe(subject(first));
  });
});
