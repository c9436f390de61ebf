import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { smtpSink } from '../mail/world.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';

// The other stories read the development mailbox; here every mail goes through a real SMTP server.
let world: World;
let smtp: Awaited<ReturnType<typeof smtpSink>>;
const read = new Set<unknown>();

beforeAll(async () => {
  smtp = await smtpSink();
  world = await startWorld({
    settings: { mail: { from: 'Acme <no-reply@acme.example>', smtp: smtp.url }, limits: { enabled: false } },
  });
});
afterAll(async () => {
  await world.stop();
  await smtp.close();
});

const NEW = 'another long password 43';
const at = (path: string) => `${world.gatehouse.issuer}${path}`;

/** The link to a path of ours in the next mail that this mailbox receives. */
async function linkTo(mailbox: string, path: string): Promise<string> {
  for (;;) {
    for (const mail of smtp.received) {
      if (read.has(mail) || !mail.recipients.includes(mailbox)) continue;
      const link = mail.parsed.text?.split(/\s/).find((word) => word.startsWith(at(path)));
      if (!link) continue;
      read.add(mail);
      // One recipient, both forms, nothing to load.
      expect(mail.recipients).toEqual([mailbox]);
      expect(mail.parsed.html).toContain(link.split('?')[0] ?? '');
      expect(mail.parsed.html).not.toMatch(/<img|<link|<script/);
      return link;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function press(link: string): Promise<Browser> {
  const browser = createBrowser();
  await browser.open(link);
  await browser.submit();
  return browser;
}

describe('by real mail', () => {
  it('somebody signs up, loses the password, gets it back, moves, and takes the move back', async () => {
    const person = createBrowser();
    await person.open(`${world.app.url}/login?prompt=create`);
    await person.submit({ action: '/signup', fields: { email: 'ada@example.com', new_password: PASSWORD } });
    await press(await linkTo('ada@example.com', '/verify-email'));
    expect((await person.submit({ action: '/check-email/confirmed' })).url).toBe(`${world.app.url}/me`);

    const elsewhere = createBrowser();
    await elsewhere.open(`${world.app.url}/login`);
    await elsewhere.follow('/recover');
    await elsewhere.submit({ action: '/recover', fields: { email: 'ada@example.com' } });
    await elsewhere.open(await linkTo('ada@example.com', '/reset-password'));
    await elsewhere.submit({ fields: { new_password: NEW } });
    expect((await elsewhere.submit({ fields: { password: NEW } })).url).toBe(`${world.app.url}/me`);

    await elsewhere.open(at('/account/address'));
    await elsewhere.submit({ action: '/account/address', fields: { email: 'ada@other.example' } });
    await press(await linkTo('ada@other.example', '/account/address/confirm'));
    const undone = await press(await linkTo('ada@example.com', '/account/address/undo'));
    expect(undone.page.screen).toBe('reset-password');
    const [row] = await world.query('select canonical from addresses');
    expect(row).toEqual({ canonical: 'ada@example.com' });
  });
});
