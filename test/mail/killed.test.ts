import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';
import { smtpSink } from './world.ts';

let world: World;
let smtp: Awaited<ReturnType<typeof smtpSink>>;

beforeAll(async () => {
  smtp = await smtpSink();
  world = await startWorld({ settings: { mail: { from: 'Acme <no-reply@acme.example>', smtp: smtp.url } } });
});
afterAll(async () => {
  await world.stop();
  await smtp.close();
});

it('sends a mail again under the same Message-ID when its process is killed between sending and marking', async () => {
  const held = Promise.withResolvers<void>();
  smtp.sink.gate = () => held.promise;
  const browser = createBrowser();
  await browser.open(`${world.app.url}/login?prompt=create`);
  await browser.submit({ action: '/signup', fields: { email: 'ada@example.com', new_password: PASSWORD } });
  while (smtp.sink.arrived < 1) await new Promise((resolve) => setImmediate(resolve));
  await world.restart('SIGKILL');
  held.resolve();
  // The dead process holds the mail for a minute; then it is due for whoever looks first.
  world.gatehouse.passTime(61);
  while (smtp.received.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const [first, second] = smtp.received;
  expect(first?.parsed.messageId).toMatch(/^<.+@acme\.example>$/);
  expect(second?.parsed.messageId).toBe(first?.parsed.messageId);
  expect(second?.recipients).toEqual(['ada@example.com']);
});
