import fc from 'fast-check';
import { createBrowser, type Browser } from '../support/http_browser.ts';
import { linkings, startPartnerWorld, type PartnerWorld } from '../support/partner_world.ts';
import { PASSWORD } from '../support/people.ts';

/** One of two people with one browser, as test/accounts/two_people has them without. */
interface Person {
  name: 'A' | 'B';
  browser: Browser;
  /** Whose mail they read. */
  reads: string[];
  /** Addresses of which they ever showed it. */
  proven: Set<string>;
}

interface Turn {
  world: PartnerWorld;
  who: Person;
  addresses: string[];
  pick<Thing>(things: readonly Thing[]): Thing;
}

/** What was played, and the first sequence that went wrong. */
interface Played {
  sequences: number;
  seconds: number;
  screens: Record<string, number>;
  broken?: string;
}

const passwordOf = ({ name }: Person) => `${PASSWORD} of ${name}`;
const readsMail = async ({ world, who }: Turn, find: (text: string) => string | undefined) => {
  for (const mail of await world.gatehouse.mails()) {
    const found = who.reads.includes(mail.to) ? find(mail.text) : undefined;
    if (found !== undefined) return { found, to: mail.to };
  }
  return undefined;
};
const linkTo = (turn: Turn, path: string) =>
  readsMail(turn, (text) => text.split(/\s/).find((word) => word.includes(`${path}?token=`)));

/** What the page that asks for a proof can offer, by what it then contains. The buttons of upstreams are left alone. */
const linkWays = [
  {
    when: 'name="password"',
    submission: (who: Person) => ({ action: '/link-account', fields: { password: passwordOf(who) } }),
  },
  { when: '/link-account/code', submission: () => ({ action: '/link-account/code' }) },
  { when: '/start-again', submission: () => ({ action: '/start-again' }) },
];

/** Fills in whatever page asks for something next; false when there is nothing to fill in. */
async function answer(turn: Turn): Promise<boolean> {
  const { who, pick } = turn;
  const { browser } = who;
  switch (browser.page.screen) {
    case 'complete-profile':
      await browser.submit({ action: '/complete-profile', fields: { email: pick(turn.addresses) } });
      return true;
    case 'check-email': {
      const mail = await readsMail(turn, (text) => /\b(\d{4}) ?(\d{4})\b/.exec(text)?.slice(1).join(''));
      if (!mail) return false;
      const before = browser.page.screen;
      const page = await browser.submit({ action: '/check-email', fields: { code: mail.found } });
      if (page.screen !== before) who.proven.add(mail.to);
      return page.screen !== before;
    }
    case 'link-account': {
      const way = pick(linkWays.filter(({ when }) => browser.page.body.includes(when)));
      await browser.submit(way.submission(who));
      return true;
    }
    case 'switch-account':
      await browser.submit({ button: /switch/i });
      return true;
    default:
      return false;
  }
}

async function comeBy(turn: Turn, upstream: string): Promise<void> {
  const { world, who, addresses, pick } = turn;
  // Whoever is believed tells the truth; whoever is not may name anybody.
  const trust = pick(['authoritative', 'verified', 'unverified'] as const);
  const email = pick(trust === 'unverified' ? addresses : who.reads);
  if (trust !== 'unverified') who.proven.add(email);
  const subject = `${who.name} ${addresses[0]}`;
  await who.browser.open(await world.travel(who.browser, upstream, { subject, email, trust }));
}

const moves: Record<string, (turn: Turn) => Promise<void>> = {
  async 'come by an upstream'(turn) {
    const { world, who, pick } = turn;
    await who.browser.open(`${world.app.url}/login?prompt=login`);
    if (who.browser.page.screen === 'reauthenticate') await who.browser.submit({ button: 'Use another account' });
    await comeBy(turn, pick(linkings));
  },
  async 'sign up'({ world, who, addresses, pick }) {
    await who.browser.open(`${world.app.url}/login?prompt=create`);
    await who.browser.submit({ action: '/signup', fields: { email: pick(addresses), new_password: passwordOf(who) } });
  },
  async 'sign in by password'({ world, who, addresses, pick }) {
    await who.browser.open(`${world.app.url}/login?prompt=login`);
    if (who.browser.page.screen === 'reauthenticate') await who.browser.submit({ button: 'Use another account' });
    await who.browser.submit({ fields: { email: pick(addresses), password: passwordOf(who) } });
  },
  async connect(turn) {
    const { world, who, pick } = turn;
    const page = await who.browser.open(`${world.gatehouse.issuer}/account/identities`);
    const free = page.screen === 'account-identities' ? page.upstreams.filter((id) => id !== 'facebook') : [];
    if (free.length > 0) await comeBy(turn, pick(free));
  },
  async disconnect({ world, who }) {
    const page = await who.browser.open(`${world.gatehouse.issuer}/account/identities`);
    if (page.forms.some(({ action }) => action.endsWith('/disconnect')))
      await who.browser.submit({ action: '/disconnect', button: 'Disconnect' });
  },
  async 'choose a new password'(turn) {
    const { world, who, addresses, pick } = turn;
    const tab = createBrowser();
    await tab.open(`${world.app.url}/login`);
    await tab.follow('/recover');
    await tab.submit({ action: '/recover', fields: { email: pick(addresses) } });
    const link = await linkTo(turn, '/reset-password');
    const page = link && (await tab.open(link.found));
    if (!link || !page?.forms.some(({ inMain, action }) => inMain && action.endsWith('/reset-password'))) return;
    await tab.submit({ fields: { new_password: passwordOf(who) } });
    who.proven.add(link.to);
  },
  async 'undo a join'(turn) {
    const link = await linkTo(turn, '/account/identities/undo');
    const tab = createBrowser();
    if (!link || !(await tab.open(link.found)).forms.some(({ inMain }) => inMain)) return;
    await tab.submit();
    turn.who.proven.add(link.to);
  },
};

/** Nobody is in an account, or has an identity there, whose address they never showed to be theirs. */
async function look({ world, addresses }: Turn, people: Person[]): Promise<void> {
  const rows = await world.query(`select canonical, subject from addresses left join identities using (account_id)
    where canonical in (${addresses.map((each) => `'${each}'`).join(', ')}) and verified_at is not null`);
  for (const who of people) {
    const page = await who.browser.tab().open(`${world.gatehouse.issuer}/account/profile`);
    for (const row of rows) {
      const address = String(row['canonical']);
      const inside = page.screen === 'account-profile' && page.text.includes(address);
      const holds = String(row['subject']).startsWith(`${who.name} `);
      if ((inside || holds) && !who.proven.has(address)) throw new Error(`${who.name} is in the account of ${address}`);
    }
  }
}

const turns = fc.array(fc.tuple(fc.nat(5039), fc.boolean(), fc.array(fc.nat(59), { minLength: 3, maxLength: 5 })), {
  minLength: 4,
  maxLength: 9,
  size: 'max',
});

/** Plays so many sequences by two people in two browsers against a server of its own, and looks after each move. */
export async function playTwoBrowsers({ sequences, seed }: { sequences: number; seed: number }): Promise<Played> {
  const world = await startPartnerWorld();
  const screens: Record<string, number> = {};
  const began = process.hrtime.bigint();
  let games = 0;
  const property = fc.asyncProperty(turns, async (sequence) => {
    games += 1;
    const addresses = ['a', 'b', 'both'].map((name) => `${name}.${games}@example.com`);
    const person = (name: 'A' | 'B', own: number): Person => ({
      name,
      browser: createBrowser(),
      reads: [addresses[own] ?? '', addresses[2] ?? ''],
      proven: new Set(),
    });
    const people = [person('A', 0), person('B', 1)];
    for (const { browser } of people) await browser.open(`${world.app.url}/login`);
    const played: string[] = [];
    for (const [move, first, picks] of sequence) {
      let asked = 0;
      const pick = <Thing>(things: readonly Thing[]): Thing => {
        const thing = things[(picks[asked++ % picks.length] ?? 0) % things.length];
        if (thing === undefined) throw new Error('nothing to choose from');
        return thing;
      };
      const who = people[first ? 0 : 1];
      if (!who) continue;
      const turn = { world, who, addresses, pick };
      const names = Object.keys(moves);
      const name = names[move % names.length] ?? '';
      played.push(`${who.name} ${name}`);
      try {
        await moves[name]?.(turn);
        for (let pages = 0; pages < 3 && (await answer(turn)); pages += 1);
        screens[who.browser.page.screen ?? 'app'] = (screens[who.browser.page.screen ?? 'app'] ?? 0) + 1;
        await look(turn, people);
      } catch (cause) {
        throw new Error(`${played.join(', ')}: ${String(cause)}`, { cause });
      }
    }
  });
  const ended = await fc.check(property, { seed, numRuns: sequences, endOnFailure: true });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await world.stop();
  return { sequences: ended.numRuns, seconds, screens, broken: ended.failed ? String(ended.errorInstance) : undefined };
}
