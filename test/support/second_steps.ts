import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from './http_browser.ts';
import type { World } from './world.ts';

/** Somebody's authenticator app. No code of it is typed twice: time passes, for the whole server, between two. */
export interface Phone {
  codes: string[];
  code(): string;
}

/** A server whose time can pass. */
interface Clocked {
  gatehouse: Pick<World['gatehouse'], 'now' | 'passTime'>;
}

/** The app that scans what the page shows. */
function phoneOf({ gatehouse }: Clocked, secret: string): Phone {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return {
    codes: [],
    code() {
      gatehouse.passTime(31);
      return totp.generate({ timestamp: gatehouse.now() });
    },
  };
}

/** On "Set up a second step": an app, its first code, the recovery codes kept. Ends where the visit goes on. */
export async function setUpApp(world: Clocked, browser: Browser): Promise<{ page: Page; phone: Phone }> {
  await browser.submit({ action: '/enrol-factor' });
  const phone = phoneOf(
    world,
    /id="secret"[^>]*>([A-Z2-7 ]+)</.exec(browser.page.body)?.[1]?.replaceAll(' ', '') ?? '',
  );
  await browser.submit({ action: '/enrol-factor/totp', fields: { code: phone.code() } });
  phone.codes = /id="codes"[^>]*>([^<]+)</.exec(browser.page.body)?.[1]?.split('\n') ?? [];
  const page = await browser.submit({ action: '/enrol-factor/codes', fields: { saved: '1' } });
  return { page, phone };
}
