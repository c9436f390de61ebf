import { createAuthenticator, type Authenticator, type Lies } from './authenticator.ts';
import type { Browser, Page } from './http_browser.ts';
import { rawPost } from './http_browser/raw_post.ts';
import type { World } from './world.ts';

/** An authenticator in front of this Gatehouse. */
export function deviceFor({ gatehouse }: World, options: { synced?: boolean } = {}): Authenticator {
  return createAuthenticator({ origin: gatehouse.issuer, ...options });
}

/** What a device answers to the passkey button of a page, as its script asks it. Throws when the server gives no options. */
export async function answerOf(
  browser: Browser,
  device: Authenticator,
  { fields = {}, lies }: { fields?: Record<string, string>; lies?: Lies } = {},
): Promise<string> {
  const [button] = browser.page.forms.flatMap(({ passkey }) => passkey ?? []);
  if (!button) throw new Error(`no passkey button on ${browser.page.screen}`);
  const asked = await rawPost(browser, new URL(button.options, browser.page.url).href, fields);
  if (asked.status !== 200) throw new Error(`no options: ${asked.status}`);
  // The options of the server, which the device reads as it is.
  const options = (await asked.json()) as Parameters<Authenticator['make']>[0];
  return button.make ? device.make(options, lies) : device.sign(options, lies);
}

/** Presses the passkey button of the page, with a device at hand. */
export async function pressPasskey(
  browser: Browser,
  device: Authenticator,
  { fields = {}, lies }: { fields?: Record<string, string>; lies?: Lies } = {},
): Promise<Page> {
  const passkey = await answerOf(browser, device, { fields, lies });
  const [button] = browser.page.forms.flatMap((form) => form.passkey ?? []);
  return browser.submit({ passkey, action: button?.action, fields });
}

/** Adds a passkey on the pages of the account. Whoever is signed in must be so freshly. */
export async function addPasskey(world: World, browser: Browser, device: Authenticator): Promise<Page> {
  await browser.open(`${world.gatehouse.issuer}/account/passkeys`);
  return pressPasskey(browser, device);
}
