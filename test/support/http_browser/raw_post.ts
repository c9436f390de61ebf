import type { Browser } from '../http_browser.ts';

/** Posts what no form of the page offers, as somebody would by hand: this browser's cookies, the token of its page, no redirect. */
export async function rawPost(browser: Browser, to: string, fields: Record<string, string> = {}): Promise<Response> {
  const url = new URL(to);
  const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
  const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: url.origin },
    body: new URLSearchParams({ _csrf: token, ...fields }),
  });
  browser.cookies.take(url, answer.headers.getSetCookie());
  return answer;
}
