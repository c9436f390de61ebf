import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { demoWorld, type DemoWorld } from './demo_world.ts';

let world: DemoWorld;
beforeAll(async () => {
  world = await demoWorld();
});
afterAll(() => world.stop());
beforeEach(() => void world.mails.splice(0));

describe('the mailbox', () => {
  it('is empty before the first mail', async () => {
    const page = await createBrowser().open(`${world.url}/mailbox`);
    expect(page).toMatchObject({ status: 200, screen: 'mailbox' });
    expect(page.text).toContain('No mail yet');
  });

  it('lists mails and shows one with its links, as plain text', async () => {
    world.mails.push({
      id: 'one',
      to: 'mia@example.com',
      subject: 'Your code <b>',
      text: 'Code: 12345678\nOr open https://id.example/verify?t=a&u=b. (See http://localhost:3000/help)\n<script>alert(1)</script> https://id.example/verify?t=a&u=b.',
      html: '<p>other</p>',
      at: new Date('2026-11-21T12:00:00Z'),
    });
    const browser = createBrowser();
    const list = await browser.open(`${world.url}/mailbox`);
    expect(list.text).toContain('mia@example.com');
    const mail = await browser.follow('Your code <b>');
    expect(mail).toMatchObject({ url: `${world.url}/mailbox/one`, screen: 'mailbox-message' });
    expect(mail.text).toContain('12345678');
    expect(mail.body).not.toContain('<script>alert');
    const links = mail.links
      .map(({ href }) => href)
      .filter((href) => href.startsWith('http') && !href.includes('lang='));
    expect(links).toEqual(['https://id.example/verify?t=a&u=b', 'http://localhost:3000/help']);
  });

  it('has its own answer for a mail that is no longer there', async () => {
    const page = await createBrowser().open(`${world.url}/mailbox/gone`);
    expect(page).toMatchObject({ status: 404, error: 'not_found' });
  });
});
