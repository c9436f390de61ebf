import type { Browser, Page } from './http_browser.ts';
import type { Mailbox } from './mailbox.ts';
import type { World } from './world.ts';

/** What signing up needs of a world: also of one that an audit made. */
type SignUpWorld = { app: { url: string }; gatehouse: Pick<Mailbox, 'code'> };

export const PASSWORD = 'a long enough password 42';

/** Comes from the app, signs up with an address and a password, types the mailed code, and is back at the app. */
export async function signUpLocally(
  world: SignUpWorld,
  browser: Browser,
  email: string,
  password = PASSWORD,
): Promise<Page> {
  await browser.open(`${world.app.url}/login?prompt=create`);
  await browser.submit({ action: '/signup', fields: { email, new_password: password, name: 'Ada Example' } });
  return typeCode(world, browser, email);
}

/** Types the newest mailed code on "Check your e-mail". */
export async function typeCode(world: Pick<SignUpWorld, 'gatehouse'>, browser: Browser, email: string): Promise<Page> {
  return browser.submit({ fields: { code: await world.gatehouse.code(email) } });
}

/** Comes from the app and signs in with a password. */
export async function signInLocally(world: World, browser: Browser, email: string, query = ''): Promise<Page> {
  await browser.open(`${world.app.url}/login${query}`);
  return browser.submit({ fields: { email, password: PASSWORD } });
}

/** Comes from the app, chooses an upstream and then a persona of the simulator. */
export async function continueWith(world: World, browser: Browser, upstream: string, persona: string): Promise<Page> {
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream });
  return browser.submit({ button: persona });
}

/** Confirms on "One more thing" the address that the upstream gave but does not vouch for. */
export function confirmAddress(browser: Browser): Promise<Page> {
  return browser.submit({ action: '/complete-profile' });
}

/** Signs out from the app. With the app's ID token there is no question: the page that goes on by itself has one button. */
export async function signOut(world: Pick<SignUpWorld, 'app'>, browser: Browser): Promise<Page> {
  await browser.open(`${world.app.url}/logout`);
  return browser.submit({ button: 'Sign out' });
}
