import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findPython } from '../support/find_python.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally, typeCode } from '../support/people.ts';
import { startWorld, type World } from '../support/world.ts';
import { settingsOf } from './support.ts';

const SECRET = 'a-long-enough-secret-of-the-samples-0123456789';
/** An API that no sample is. */
const OTHER = 'https://other.example';
const folder = new URL('../../examples/', import.meta.url);
/** The samples, with the port that their READMEs say. */
const samples = {
  'python-tornado-web-app': 8001,
  'python-flask-authlib': 8002,
  'python-flask-userinfo': 8003,
  'python-flask-sign-up': 8004,
  'python-flask-api': 8005,
};
type Sample = keyof typeof samples;
const names = Object.keys(samples) as Sample[]; // the keys of what stands above
const python = findPython();
const where = python === undefined ? describe.skip : describe;

where('the samples in Python (skipped where no Python has authlib, flask, requests and tornado)', () => {
  const urls = new Map<Sample, string>();
  const running: { stop(): Promise<unknown> }[] = [];
  let world: World;

  beforeAll(async () => {
    const ports = await Promise.all(names.map(() => freePortPair()));
    names.forEach((name, index) => urls.set(name, `http://127.0.0.1:${ports[index]}`));
    const settings = names.flatMap((name, index) => settingsOf(name, { [samples[name]]: ports[index] ?? 0 }, SECRET));
    const listed = (key: string) => settings.flatMap((one) => (one[key] ?? []) as Record<string, unknown>[]); // as shown
    const other = { client_id: 'other', type: 'service', client_secret: SECRET, resources: { [OTHER]: ['read'] } };
    world = await startWorld({
      clients: [...listed('clients'), other],
      settings: { resources: [...listed('resources'), { id: OTHER, scopes: ['read'] }] },
    });
    for (const name of names) running.push(await startSample(name, url(name), world.gatehouse.issuer));
  });
  afterAll(async () => {
    await Promise.all(running.map((sample) => sample.stop()));
    await world.stop();
  });

  const url = (name: Sample): string => urls.get(name) ?? '';

  /** Somebody new, at Gatehouse and in this browser, comes from the page of a sample up to what it asks for. */
  async function comeFrom(name: Sample, browser: Browser, email: string) {
    await signUpLocally(world, browser, email);
    await browser.open(url(name));
    return browser.follow('Sign in');
  }

  it.each(['python-tornado-web-app', 'python-flask-authlib'] as const)('%s signs in, and out of both', async (name) => {
    const browser = createBrowser();
    await comeFrom(name, browser, `yes.${name}@example.com`);
    expect((await browser.submit({ decision: 'allow' })).text).toContain('Hello, Ada Example');
    await browser.submit({ button: 'Sign out' });
    const after = await browser.submit({ button: 'Sign out' });
    expect(after.url).toBe(`${url(name)}/`);
    expect(after.text).toContain('Hello, stranger');
    await browser.follow('Sign in');
    expect(browser.page.url.startsWith(world.gatehouse.issuer)).toBe(true);
  });

  it.each(names.filter((name) => name !== 'python-flask-api'))(
    '%s takes a no, and no answer that its browser never asked for',
    async (name) => {
      const browser = createBrowser();
      await comeFrom(name, browser, `no.${name}@example.com`);
      const refused = await browser.submit({ decision: 'deny' });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain('You are not signed in');
      await browser.follow('Sign in');
      for (const answer of ['code=stolen', 'error=invented&error_description=Invented']) {
        const iss = encodeURIComponent(world.gatehouse.issuer);
        const page = await browser.open(`${url(name)}/callback?${answer}&state=stolen&iss=${iss}`);
        expect(page.status).toBe(400);
        expect(page.text).toContain('You are not signed in');
        expect(page.text).not.toMatch(/invented/i);
        await browser.follow('Sign in');
      }
    },
  );

  it('python-flask-userinfo shows the profile, reads it again, and asks anew when its access was taken back', async () => {
    const browser = createBrowser();
    await comeFrom('python-flask-userinfo', browser, 'ada@example.com');
    expect((await browser.submit({ decision: 'allow' })).text).toContain('ada@example.com');
    const elsewhere = browser.tab();
    await elsewhere.open(`${world.gatehouse.issuer}/account/profile`);
    await elsewhere.submit({ action: '/account/profile', fields: { name: 'Ada King' } });
    expect((await browser.submit({ button: 'Read it again' })).text).toContain('Ada King');
    await elsewhere.open(`${world.gatehouse.issuer}/account/apps`);
    await elsewhere.follow('/python-flask-userinfo/remove');
    await elsewhere.submit({ button: 'Remove access' });
    expect((await browser.submit({ button: 'Read it again' })).screen).toBe('consent');
    await browser.submit({ decision: 'allow' });
    expect((await browser.submit({ button: 'Sign out' })).text).toContain('Who are you?');
  });

  it('python-flask-sign-up makes an account, and knows it again', async () => {
    const browser = createBrowser();
    await browser.open(url('python-flask-sign-up'));
    await browser.follow('Create account');
    const fields = { email: 'new@example.com', new_password: PASSWORD, name: 'Nia New' };
    await browser.submit({ action: '/signup', fields });
    await typeCode(world, browser, 'new@example.com');
    expect((await browser.submit({ decision: 'allow' })).text).toContain('Welcome, Nia New');
    await browser.submit({ button: 'Save', fields: { book: 'Emma' } });
    await browser.submit({ button: 'Sign out' });
    expect((await browser.follow('Sign in')).text).toContain('Welcome back, Nia New');
  });

  describe('python-flask-api', () => {
    const ask = (token?: string, method = 'GET') =>
      fetch(`${url('python-flask-api')}/notes`, {
        method,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
    const tokenOf = async (client = 'python-caller', resource = url('python-flask-api')) => {
      const answer = await fetch(`${world.gatehouse.issuer}/oidc/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client}:${SECRET}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', resource }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    };

    it('answers who has a token for it, in its scope', async () => {
      const token = await tokenOf();
      const answer = await ask(token);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ client: 'python-caller' });
      const refused = await ask(token, 'POST');
      expect(refused.status).toBe(403);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="write"');
    });

    it('refuses everybody else', async () => {
      const [head, body, signature = ''] = (await tokenOf()).split('.');
      const tampered = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      const invented = `${btoa('{"alg":"RS256","kid":"invented","typ":"at+jwt"}').replaceAll('=', '')}.${body}.${signature}`;
      const unsigned = `${btoa('{"alg":"none","typ":"at+jwt"}').replaceAll('=', '')}.${body}.`;
      const elsewhere = await tokenOf('other', OTHER);
      world.gatehouse.passTime(-3600);
      const ended = await tokenOf();
      world.gatehouse.passTime(3600);
      for (const token of ['nonsense', 'a.b.c', tampered, invented, unsigned, elsewhere, ended]) {
        const answer = await ask(token);
        expect([token, answer.status]).toEqual([token, 401]);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      }
      const without = await ask();
      expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    });
  });
});

/** Starts a sample as its README says, and waits until it listens. */
async function startSample(name: Sample, url: string, ISSUER: string) {
  const child = spawn(python ?? '', ['app.py'], {
    cwd: fileURLToPath(new URL(name, folder)),
    env: {
      PATH: process.env['PATH'],
      PYTHONDONTWRITEBYTECODE: '1',
      ISSUER,
      CLIENT_ID: name,
      CLIENT_SECRET: SECRET,
      PORT: new URL(url).port,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const ended = once(child, 'close');
  const deadline = Date.now() + 20_000;
  while (!(await fetch(url).catch(() => undefined))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill();
      throw new Error(`${name} does not listen: ${printed}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    stop() {
      child.kill();
      return ended;
    },
  };
}
