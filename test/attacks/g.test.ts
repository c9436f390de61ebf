import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/index.ts';
import { firstDifference, normalised } from '../audit/compare.ts';
import { addresses, classes, makePeople, type Class } from '../audit/people.ts';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import type { Exchange } from '../support/http_browser/transport.ts';
import { continueWith, PASSWORD, signUpLocally } from '../support/people.ts';
import { countOf, startGuessWorld, WRONG, type GuessWorld } from './guesses.ts';

let world: GuessWorld;

beforeAll(async () => {
  world = await startGuessWorld();
  const database = openDatabase({ url: world.line.url });
  await makePeople(world, database);
  await database.close();
  // Two servers, and four people one after the other.
}, 90_000);
afterAll(() => world.stop());
// Past every window and the first block.
beforeEach(() => world.pass(3601));

/** As many networks as are asked for; those of one test are those of no other. */
let networks = 0;
const network = () => {
  networks += 1;
  return `198.${18 + (networks >> 16)}.${(networks >> 8) & 255}.${networks & 255}`;
};
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const atApp = ({ status, headers }: Exchange) =>
  status === 303 && String(headers.location).includes('/oidc/authorize/');

async function newPerson(name: string): Promise<{ email: string; browser: Browser }> {
  const [email, browser] = [name.includes('@') ? name : `${name}@example.com`, createBrowser()];
  await signUpLocally(world, browser, email);
  return { email, browser };
}

/** How the answers about the other classes differ from those about an address of nobody. */
function differences(answers: Record<Class, Exchange[]>): string[] {
  const text = (name: Class) => normalised(answers[name], addresses[name]);
  return classes
    .filter((name) => text(name) !== text('unknown'))
    .map((name) => firstDifference(text('unknown'), text(name)));
}

async function ofEachClass(ask: (name: Class) => Promise<Exchange[]>): Promise<Record<Class, Exchange[]>> {
  const entries: [Class, Exchange[]][] = [];
  for (const name of classes) entries.push([name, await ask(name)]);
  // Object.fromEntries forgets the names it was given.
  return Object.fromEntries(entries) as Record<Class, Exchange[]>;
}

describe('G1: a wrong sign-in', () => {
  it('G1: is answered alike for nobody, somebody, social-only, disabled and unverified accounts', async () => {
    const answers = await ofEachClass(async (name) => {
      const [{ guess }, how] = [await world.stranger(), { from: network() }];
      return [
        await guess(addresses[name], WRONG, how),
        await guess(addresses[name], '', how),
        await guess(addresses[name], 'x'.repeat(2000), how),
      ];
    });
    expect(answers.known.map(({ status }) => status)).toEqual([401, 422, 401]);
    expect(differences(answers)).toEqual([]);
  });

  it('G1: is refused alike once there were too many, in the same place and with the time to wait', async () => {
    const answers = await ofEachClass(async (name) => {
      const [{ guess }, from] = [await world.stranger(), network()];
      await Promise.all(times(4).map(() => guess(addresses[name], WRONG, { from })));
      return [await guess(addresses[name], WRONG, { from }), await guess(addresses[name], PASSWORD, { from })];
    });
    expect(answers.known.map(({ status }) => status)).toEqual([429, 429]);
    expect(Number(answers.known[0]?.headers['retry-after'])).toBeGreaterThan(250);
    // A second more or less is the clock's.
    for (const { headers } of Object.values(answers).flat()) delete headers['retry-after'];
    expect(differences(answers)).toEqual([]);
  });
});

describe('G5: guesses', () => {
  it('G5: by one network at many accounts are counted together, exactly, on two processes', async () => {
    const [{ guess }, from] = [await world.stranger(), network()];
    const answers = await Promise.all(
      times(20).map((at) => guess(`nobody.${at}@example.com`, WRONG, { from, process: at % 2 })),
    );
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([8, 12]);
    expect((await guess('nobody@example.com', WRONG, { from: network() })).status).toBe(401);
  });

  it('G5: by many networks at one account are counted together, exactly, on two processes', async () => {
    const { guess } = await world.stranger();
    const { email } = await newPerson('mona');
    const answers = await Promise.all(times(20).map((at) => guess(email, WRONG, { from: network(), process: at % 2 })));
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([6, 14]);
    expect((await guess(email, PASSWORD, { from: network() })).status).toBe(429);
  });

  it('G5: from one /64 are from one network, and the /64s of one /48 are not endless', async () => {
    const { guess } = await world.stranger();
    const addressIn = (household: string) => times(16).map((at) => `2001:db8:1:${household}::${(at + 1).toString(16)}`);
    const answers = await Promise.all(
      addressIn('7').map((from, at) => guess(`someone.${at}@example.com`, WRONG, { from, process: at % 2 })),
    );
    expect(countOf(answers, 401)).toBe(8);
    expect((await guess('someone@example.com', WRONG, { from: '2001:db8:1:8::1' })).status).toBe(401);
  });

  it.each([
    ['X-Forwarded-For of its own', { 'x-forwarded-for': 'FORGED, REAL' }],
    ['X_Forwarded_For', { x_forwarded_for: 'FORGED', 'x-forwarded-for': 'REAL' }],
    ['Forwarded', { forwarded: 'for=FORGED', 'x-forwarded-for': 'REAL' }],
    ['X-Real-IP', { 'x-real-ip': 'FORGED', 'x-forwarded-for': 'REAL' }],
    [
      'Client-IP',
      { 'client-ip': 'FORGED', 'true-client-ip': 'FORGED', 'cf-connecting-ip': 'FORGED', 'x-forwarded-for': 'REAL' },
    ],
  ])('G5: come from where the proxy says, whatever %s says', async (_, forged) => {
    const [{ guess }, real] = [await world.stranger(), network()];
    const headersOf = (at: number) =>
      Object.fromEntries(
        Object.entries(forged).map(([name, value]) => [
          name,
          value.replace('FORGED', `203.0.113.${at}`).replace('REAL', real),
        ]),
      );
    const answers = await Promise.all(
      times(12).map((at) => guess('gina@example.com', WRONG, { headers: headersOf(at), process: at % 2 })),
    );
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([4, 8]);
  });

  it('G5: on every form that takes a password share one count', async () => {
    const { email, browser } = await newPerson('grace@workspace.example');
    const [{ guess }, from] = [await world.stranger(), network()];
    await Promise.all(times(4).map(() => guess(email, WRONG, { from })));
    const atLink = createBrowser();
    await continueWith(world, atLink, 'google', 'Grace');
    const link = (where: string) =>
      world.post(atLink, new URL(atLink.page.url).pathname, { password: PASSWORD }, { from: where });
    expect(atLink.page.screen).toBe('link-account');
    expect((await link(from)).status).toBe(429);
    expect((await link(network())).status).toBe(303);
    // The owner's own pages are counted by themselves, and as strictly.
    await browser.open(`${world.gatehouse.issuer}/account/password`);
    const change = (at: number) =>
      world.post(
        browser,
        '/account/password',
        { password: WRONG, new_password: 'another long password 43' },
        { from: network(), process: at % 2 },
      );
    const answers = await Promise.all(times(10).map(change));
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([3, 7]);
  });

  it('G5: all over the world leave each network a few, and stop nobody who types once', async () => {
    const { guess } = await world.stranger();
    const { email } = await newPerson('wilma');
    await Promise.all(
      times(45).map((at) => guess(`list.${at}@example.com`, WRONG, { from: network(), process: at % 2 })),
    );
    for (const process of [0, 1]) {
      const from = network();
      // One wrong password shows a process that it is so.
      await guess('a.first@example.com', WRONG, { from: network(), process });
      const answers = await Promise.all(
        times(5).map((at) => guess(`more.${at}@example.com`, WRONG, { from, process })),
      );
      expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([2, 3]);
    }
    expect(atApp(await (await world.stranger()).guess(email, PASSWORD, { from: network() }))).toBe(true);
  });
});

describe('G6: whoever fails at the account of somebody else', () => {
  async function besieged(name: string): Promise<{ email: string; browser: Browser; siege(): Promise<void> }> {
    const person = await newPerson(name);
    const siege = async () => {
      const { guess } = await world.stranger();
      const answers = await Promise.all(
        times(9).map((at) => guess(person.email, WRONG, { from: network(), process: at % 2 })),
      );
      expect(countOf(answers, 429)).toBeGreaterThan(2);
    };
    await siege();
    return { ...person, siege };
  }
  const signIn = async (browser: Browser, email: string, password = PASSWORD) => {
    await browser.open(`${world.app.url}/login?prompt=login`);
    return world.post(browser, new URL(browser.page.url).pathname, { email, password }, { from: network() });
  };

  it('G6: keeps nobody out who was signed in on that browser before', async () => {
    const { email, browser } = await besieged('vera');
    expect((await signIn(createBrowser(), email)).status).toBe(429);
    expect(atApp(await signIn(browser, email))).toBe(true);
    // A stranger who takes over the count of that browser would need its cookie.
    expect((await signIn(createBrowser(), email)).status).toBe(429);
  });

  it('G6: keeps nobody from a new device who proves their mailbox there, and has no power over that mail', async () => {
    const { email, siege } = await besieged('nora');
    const flood = await world.stranger('?prompt=create');
    const signUp = new URL(flood.browser.page.url).pathname;
    for (const _ of times(6))
      await world.post(
        flood.browser,
        signUp.endsWith('/signup') ? signUp : `${signUp}/signup`,
        { email, new_password: WRONG },
        { from: network() },
      );
    const device = createBrowser();
    await device.open(`${world.app.url}/login`);
    await device.follow('Forgot password?');
    await device.submit({ fields: { email } });
    await device.open(await world.gatehouse.link(email, '/reset-password'));
    await device.submit({ fields: { new_password: 'another long password 43' } });
    await siege().catch(() => {});
    expect(atApp(await signIn(device, email, 'another long password 43'))).toBe(true);
  });

  it('G6: keeps nobody out who comes through an upstream', async () => {
    const { guess } = await world.stranger();
    const email = addresses['social-only'];
    await Promise.all(times(9).map((at) => guess(email, WRONG, { from: network(), process: at % 2 })));
    expect((await continueWith(world, createBrowser(), 'google', 'gmail.com')).url).toBe(`${world.app.url}/me`);
  });

  it('G6: delays a stranger, by an hour at most, and never for good', async () => {
    const { email, siege } = await besieged('olga');
    const waits: number[] = [];
    for (const _ of times(5)) {
      const wait = Number((await signIn(createBrowser(), email)).headers['retry-after']);
      waits.push(Math.ceil(wait / 300));
      world.pass(wait + 1);
      await siege();
    }
    expect(waits).toEqual([1, 2, 4, 8, 12]);
    world.pass(3601);
    expect(atApp(await signIn(createBrowser(), email))).toBe(true);
  });
});

describe('G7: an address', () => {
  it.each([
    [
      'in any case',
      ['mia@example.com', 'MIA@EXAMPLE.COM', 'Mia@Example.Com', ' mia@example.com ', 'mia@example.com\t'],
    ],
    [
      'in any script',
      ['mia@xn--bcher-kva.example', 'mia@bücher.example', 'MIA@BÜCHER.example', 'mia@BU\u0308CHER.example'],
    ],
  ])('G7: is one count %s', async (_, spellings) => {
    const [{ guess }, from] = [await world.stranger(), network()];
    const answers = await Promise.all(
      times(12).map((at) => guess(spellings[at % spellings.length] ?? '', WRONG, { from, process: at % 2 })),
    );
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([4, 8]);
  });

  it('G7: that only looks like it opens nothing, and uses up no count of it', async () => {
    const { email } = await newPerson('kim');
    const [{ guess }, from] = [await world.stranger(), network()];
    for (const typed of [
      'ｋim@example.com',
      'kim@ｅxample.com',
      'kim@example。com',
      '\u212Aim@example.com',
      'kim@example.com\u200b',
    ])
      expect((await guess(typed, PASSWORD, { from })).status).toBe(401);
    expect(atApp(await guess(email, PASSWORD, { from }))).toBe(true);
  });
});
