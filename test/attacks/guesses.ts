import { startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { exchange, type Exchange } from '../support/http_browser/transport.ts';
import { clientOf, startWorld, type World } from '../support/world.ts';

export const WRONG = 'a wrong long password';

/** Small numbers, so that a flood is short: each guess is a hash. */
const LIMITS = {
  login_browser: { points: 3 },
  login_pair: { points: 4 },
  login_account: { points: 6 },
  login_address: { points: 8 },
  login_total: { points: 40 },
  login_rush: { points: 2 },
  signup_address: { points: 1000 },
};

/** Two processes of one issuer behind one proxy, which says where a request comes from. */
export interface GuessWorld extends World {
  /** Moves both of them, past every window and block. */
  pass(seconds: number): void;
  /** A browser on the login page that guesses. */
  stranger(query?: string): Promise<Stranger>;
  /** Posts to a form as this browser would, from a network, to one of the two processes. */
  post(browser: Browser, path: string, fields: Record<string, string>, how?: How): Promise<Exchange>;
}

/** Where a request comes from, and which of the two processes answers it. */
export interface How {
  from?: string;
  process?: number;
  headers?: Record<string, string>;
}

/** Somebody on a login page. */
export interface Stranger {
  browser: Browser;
  guess(email: string, password?: string, how?: How): Promise<Exchange>;
}

/** Starts both. */
export async function startGuessWorld(): Promise<GuessWorld> {
  const google = { id: 'google', preset: 'google', linking: 'never' };
  const settings = { http: { trusted_hops: 1 }, limits: LIMITS, upstreams: [google] };
  const world = await startWorld({ settings });
  const { issuer, dataDir } = world.gatehouse;
  const second = await startGatehouse({
    databaseUrl: world.line.url,
    dataDir,
    settings: { ...settings, issuer, clients: [clientOf(world.app.url)] },
  });
  const processes: Gatehouse[] = [world.gatehouse, second];
  const post: GuessWorld['post'] = (browser, path, fields, { from = '192.0.2.1', process = 0, headers = {} } = {}) => {
    const url = new URL(path, issuer);
    const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
    const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
    const { host, origin } = url;
    url.port = String(processes[process]?.port);
    return exchange({
      method: 'POST',
      url,
      headers: {
        host,
        origin,
        cookie,
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': from,
        ...headers,
      },
      body: new URLSearchParams({ _csrf: token, ...fields }).toString(),
    });
  };
  return {
    ...world,
    // Whichever process was faster has sent it, to its own mailbox.
    gatehouse: {
      ...world.gatehouse,
      code: (to) => Promise.any(processes.map((one) => one.code(to))),
      link: (to, path) => Promise.any(processes.map((one) => one.link(to, path))),
    },
    post,
    pass(seconds) {
      for (const one of processes) one.passTime(seconds);
    },
    async stranger(query = '') {
      const browser = createBrowser();
      await browser.open(`${world.app.url}/login${query}`);
      const { pathname } = new URL(browser.page.url);
      return {
        browser,
        guess: (email, password = WRONG, how = {}) => post(browser, pathname, { email, password }, how),
      };
    },
    async stop() {
      await second.stop();
      await world.stop();
    },
  };
}

/** How many of the answers have this status. */
export function countOf(answers: Exchange[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}
