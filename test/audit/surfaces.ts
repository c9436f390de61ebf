import type { Database } from '../../src/database/index.ts';
import type { Browser } from '../support/http_browser.ts';
import { exchange, type Exchange } from '../support/http_browser/transport.ts';
import { PASSWORD } from '../support/people.ts';
import { addresses, classes, strangers, type Class } from './people.ts';

/** A form that a stranger can send for any address, and what makes it ready to be sent again. */
export interface Surface {
  name: string;
  browsers: Record<Class, Browser>;
  /** Part of where the form goes. */
  action: string;
  fields(address: string): Record<string, string>;
  /** What a minute and a new visit would do; not measured. */
  again?(): Promise<void>;
}

/** Every form that takes an address or a code for one, each in visits of its own. */
export async function openSurfaces(appUrl: string, { knex }: Database): Promise<Surface[]> {
  const recovery = await strangers(appUrl);
  await each(recovery, async (browser) => void (await browser.follow('Forgot password?')));
  const verification = await strangers(appUrl, '?prompt=create');
  await each(verification, async (browser, name) => {
    await browser.submit({ action: '/signup', fields: { email: addresses[name], new_password: PASSWORD } });
  });
  const anotherMinute = async () => {
    await knex.raw(`update mailed_proofs set tries = 0, sent_at = sent_at - interval '61 seconds'`);
  };
  const wrong = 'a wrong long password';
  return [
    {
      name: 'login',
      browsers: await strangers(appUrl),
      action: '',
      fields: (email) => ({ email, password: wrong }),
    },
    {
      name: 'sign-up',
      browsers: await strangers(appUrl, '?prompt=create'),
      action: '/signup',
      fields: (email) => ({ email, new_password: PASSWORD, name: '' }),
    },
    {
      name: 'passkey',
      browsers: await strangers(appUrl),
      action: '/passkey/options',
      fields: (email) => ({ email }),
    },
    {
      name: 'new passkey',
      browsers: await strangers(appUrl, '?prompt=create'),
      action: '/signup/passkey/options',
      fields: (email) => ({ email, name: '' }),
    },
    { name: 'recovery', browsers: recovery, action: '/recover', fields: (email) => ({ email }) },
    {
      name: 'new code',
      browsers: verification,
      action: '/check-email/resend',
      fields: () => ({}),
      again: anotherMinute,
    },
    {
      name: 'wrong code',
      browsers: verification,
      action: '/check-email',
      fields: () => ({ code: '00000000' }),
      again: anotherMinute,
    },
  ];
}

/** The one answer to the form, without what it leads to. */
export async function send(surface: Surface, name: Class): Promise<Exchange> {
  const browser = surface.browsers[name];
  const page = new URL(browser.page.url);
  const visit = page.pathname.split('/').slice(0, 3).join('/');
  const url = new URL(visit + surface.action, page);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
  const body = new URLSearchParams({ _csrf: csrf, ...surface.fields(addresses[name]) }).toString();
  const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin, cookie };
  return exchange({ method: 'POST', url, body, headers });
}

/** The page that the answer leads to, or the answer itself. */
export async function follow(surface: Surface, name: Class, answer: Exchange): Promise<Exchange> {
  const { location } = answer.headers;
  if (location === undefined) return answer;
  const url = new URL(location, answer.url);
  const cookie = surface.browsers[name].cookies.headerFor({ url, method: 'GET', sameSite: true }) ?? '';
  return exchange({ method: 'GET', url, headers: { cookie } });
}

async function each(browsers: Record<Class, Browser>, act: (browser: Browser, name: Class) => Promise<void>) {
  for (const name of classes) await act(browsers[name], name);
}
