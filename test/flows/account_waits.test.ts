import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openApp, type App } from '../../src/app/index.ts';
import type { Database } from '../../src/database/index.ts';
import { createLogger } from '../../src/kit/logger.ts';
import { settingsOf } from '../config/world.ts';
import { testDatabase } from '../support/database.ts';
import { codeIn, freePortPair } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';

/** The method of knex's client through which every statement goes. */
const SENDS = '_query';

/** Lets statements through in steps: those that wait at once go together, and the next ones when all of these are done. */
function stepwise({ database }: { database: Database }) {
  const waiting: (() => void)[] = [];
  const state = { steps: 0, running: 0 };
  const next = () => {
    if (state.running > 0 || waiting.length === 0) return;
    state.steps += 1;
    state.running = waiting.length;
    for (const go of waiting.splice(0)) go();
  };
  const step = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      setImmediate(next);
    });
    try {
      return await work();
    } finally {
      state.running -= 1;
      setImmediate(next);
    }
  };
  // Its types do not show it.
  const client = database.knex.client as Record<typeof SENDS, (...args: unknown[]) => Promise<unknown>>;
  const send = client[SENDS].bind(client);
  client[SENDS] = (...args) => step(() => send(...args));
  const run: Database['run'] = (...args) => step(() => database.run(...args));
  return { state, database: { ...database, run } };
}

describe('a page of an account', () => {
  let base: Awaited<ReturnType<typeof testDatabase>>;
  let app: App;
  let browser: Browser;
  let issuer: string;
  let counted: ReturnType<typeof stepwise>;
  const server = createServer();

  beforeAll(async () => {
    base = await testDatabase();
    counted = stepwise(base);
    const port = await freePortPair();
    issuer = `http://localhost:${port}`;
    const { settings } = await settingsOf(
      `issuer: ${issuer}\nmode: development\nhttp: { port: ${port} }\ndevelopment: { simulator: false }\n`,
    );
    app = await openApp({
      settings,
      secrets: { encryption_key: [randomBytes(32)], subject_salt: randomBytes(32) },
      configHash: '',
      database: counted.database,
      logger: createLogger('silent'),
    });
    const answer = app.web.app.callback();
    server.on('request', (request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
    browser = createBrowser();
    await browser.open(`${issuer}/account`);
    await browser.follow('Create an account');
    await browser.submit({ action: '/signup', fields: { email: 'ada@example.com', new_password: PASSWORD } });
    await browser.submit({ action: '/check-email', fields: { code: await mailedCode(issuer) } });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await app.close();
    await base.drop();
  });

  it.each(['', '/sessions', '/apps', '/activity', '/security'])(
    'at /account%s waits for the database three times at most',
    async (path) => {
      const waits: number[] = [];
      // What runs in the background every other second may come in between, but not each time.
      for (let round = 0; round < 3; round += 1) {
        const before = counted.state.steps;
        const page = await browser.open(`${issuer}/account${path}`);
        waits.push(counted.state.steps - before);
        expect([page.status, page.url]).toEqual([200, `${issuer}/account${path}`]);
      }
      expect(Math.min(...waits)).toBeGreaterThan(0);
      expect(Math.min(...waits)).toBeLessThanOrEqual(3);
    },
  );
});

async function mailedCode(issuer: string): Promise<string> {
  for (;;) {
    const answer = await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } });
    const [mail] = (await answer.json()) as { text: string }[]; // the mailbox of our own server
    const code = mail && codeIn(mail.text);
    if (code) return code;
  }
}
