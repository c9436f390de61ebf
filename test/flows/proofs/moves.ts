import { createBrowser } from '../../support/http_browser.ts';
import { at, begin, open, post, send, sessionCookie } from './browsing.ts';
import { ended, forgotten, levelOf, prove, signedOut, type AppName } from './model.ts';
import {
  codeOf,
  freshCode,
  noteCode,
  ownVisit,
  pressPasskey,
  SECOND_PAGES,
  setUpApp,
  toSecondFactor,
  typeCode,
  typePassword,
  wentOn,
  whoever,
  type Turn,
} from './proving.ts';

type Move = (turn: Turn) => Promise<void>;

const GET_PAGES = [
  '',
  'login',
  'signup',
  'recover',
  'recover-sent',
  'check-email',
  'check-email/confirmed',
  'complete-profile',
  'link-account',
  'second-factor',
  'second-factor/passkey',
  'recovery-code',
  'choose-method',
  'enrol-factor',
  'enrol-factor/passkey',
  'enrol-factor/codes.txt',
  'passkey-offer',
  'accept-terms',
  'switch-account',
  'not-allowed',
  'restart',
] as const;
const POST_PAGES = [
  'start-again',
  'switch-account',
  'enrol-factor/codes',
  'passkey-offer',
  'accept-terms',
  'check-email/confirmed',
  'link-account',
  'link-account/code',
  'link-account/other',
  'complete-profile',
  'cancel',
  'enrol-factor',
] as const;

const WISHES: Record<string, string>[] = [{}, { prompt: 'login' }, { acr_values: 'mfa' }, { acr_values: 'phr' }];

/** Signs a browser out by its own button. */
async function signOut({ table, seat }: Pick<Turn, 'table' | 'seat'>): Promise<void> {
  const cookie = sessionCookie(seat);
  const page = await seat.browser.tab().open(`${table.world.gatehouse.issuer}/oidc/logout`);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const action = page.forms.find(({ inMain }) => inMain)?.action;
  if (action === undefined) return;
  await post(table, seat, new URL(action, page.url).href, { xsrf, logout: 'yes' });
  signedOut(table.game, seat, cookie);
}

/** Every move; what leads on stands here more than once. */
export const moves: readonly { name: string; move: Move }[] = [
  ...Array.from({ length: 3 }, () => ({
    name: 'begin',
    async move({ table, seat, pick }: Turn) {
      const app = pick<AppName>(['plain', 'plain', 'strict', 'strictest']);
      await begin(table, seat, app, pick(WISHES));
    },
  })),
  ...Array.from({ length: 4 }, () => ({
    name: 'type a password',
    async move(turn: Turn) {
      const visit = ownVisit(turn);
      if (visit) await typePassword(turn, visit, whoever(turn), turn.pick([true, true, true, true, false]));
    },
  })),
  ...Array.from({ length: 3 }, () => ({
    name: 'type a code',
    async move(turn: Turn) {
      const visit = ownVisit(turn);
      const trust = turn.pick<Record<string, string>>([{}, {}, { trust: '1' }]);
      if (visit) await typeCode(turn, visit, codeOf(turn), trust);
    },
  })),
  ...Array.from({ length: 2 }, () => ({
    name: 'prove both factors',
    async move(turn: Turn) {
      const person = whoever(turn);
      const visit = await toSecondFactor(turn, person);
      if (visit && person.app) {
        await typeCode(turn, visit, { page: 'second-factor', person, code: freshCode(turn, person.app) });
      }
    },
  })),
  ...Array.from({ length: 2 }, () => ({
    name: 'type one code in both browsers at once',
    async move(turn: Turn) {
      const { table, seat, other, pick } = turn;
      const owners = table.game.people.filter(({ app }) => app !== undefined);
      const person = owners.length > 0 ? pick(owners) : undefined;
      if (person?.app === undefined) return;
      const visits = [
        await toSecondFactor(turn, person),
        await toSecondFactor({ ...turn, seat: other }, person),
      ] as const;
      const [left] = person.recovery.filter((code) => !person.used.has(code));
      const app = { page: 'second-factor', person, code: freshCode(turn, person.app) } as const;
      const typed =
        left !== undefined && pick([true, false]) ? ({ ...app, page: 'recovery-code', code: left } as const) : app;
      const races = ([seat, other] as const).flatMap((one, index) => {
        const visit = visits[index];
        return visit ? [{ one, visit }] : [];
      });
      const sent = await Promise.all(
        races.map(({ one, visit }) => post(table, one, at(table, visit, typed.page), { code: typed.code })),
      );
      for (const [index, { one, visit }] of races.entries()) {
        const answer = sent[index] ?? { status: 0, location: '' };
        noteCode(one, visit, typed, wentOn(visit, answer));
        if (answer.location) await open(table, one, new URL(answer.location, table.world.gatehouse.issuer).href);
      }
    },
  })),
  {
    name: 'press a passkey',
    async move(turn) {
      const visit = ownVisit(turn);
      if (visit) await pressPasskey(turn, visit, SECOND_PAGES.includes(visit.at) ? 'second-factor/passkey' : 'passkey');
    },
  },
  {
    name: 'come by an upstream',
    async move(turn) {
      const { table, seat, other, pick } = turn;
      const visit = ownVisit(turn);
      const page = visit && (await open(table, seat, at(table, visit, '')));
      if (!visit || !page?.upstreams.includes('never')) return;
      const person = whoever(turn);
      const back = await table.world.travel(seat.browser, 'never', { subject: person.name + person.email });
      if (!back.includes('/callback')) return;
      const by = pick([seat, seat, seat, other]);
      table.game.urls.push(back);
      prove(by, visit, person, 'fed');
      await open(table, by, back);
    },
  },
  {
    name: 'set up an app',
    async move(turn) {
      const visit = ownVisit(turn);
      if (visit) await setUpApp(turn, visit);
    },
  },
  {
    name: 'go to a page',
    async move(turn) {
      const visit = ownVisit(turn);
      if (visit) await open(turn.table, turn.seat, at(turn.table, visit, turn.pick(GET_PAGES)));
    },
  },
  ...Array.from({ length: 2 }, () => ({
    name: 'send a form of a page',
    async move(turn: Turn) {
      const { table, seat, pick } = turn;
      const visit = ownVisit(turn);
      if (visit) await send(table, seat, at(table, visit, pick(POST_PAGES)), { saved: '1', terms: '1' });
    },
  })),
  {
    name: 'go on to the app',
    async move(turn) {
      const { table, seat } = turn;
      const visit = ownVisit(turn);
      if (visit) await open(table, seat, `${table.world.gatehouse.issuer}/oidc/authorize/${visit.uid}`);
    },
  },
  {
    name: 'open an earlier address, also of the other browser',
    async move({ table, seat, pick }) {
      const { urls } = table.game;
      if (urls.length > 0) await open(table, seat, pick(urls.slice(-20)));
    },
  },
  {
    name: "prove oneself in the other browser's visit",
    async move(turn) {
      const { table, seat, other, pick } = turn;
      const app = pick<AppName>(['plain', 'strict']);
      await begin(table, other, app, { prompt: 'login' });
      const visit = other.visits.at(-1);
      if (!visit) return;
      if (pick([true, false])) plant(turn);
      // With the form's own token, or with the one of the other browser.
      const crossed = { ...seat, token: pick([seat.token, other.token]) };
      const person = whoever(turn);
      const { email, password } = person;
      await open(table, seat, at(table, visit, ''));
      await post(table, crossed, at(table, visit, 'start-again'));
      await post(table, crossed, at(table, visit, 'login'), { email, password });
      if (person.app !== undefined) {
        await post(table, crossed, at(table, visit, 'second-factor'), { code: freshCode(turn, person.app) });
      }
      await open(table, other, `${table.world.gatehouse.issuer}/oidc/authorize/${visit.uid}`);
    },
  },
  { name: 'sign out', move: signOut },
  {
    name: 'choose a new password',
    async move(turn) {
      const { table } = turn;
      const { gatehouse } = table.world;
      const person = whoever(turn);
      const tab = createBrowser();
      await tab.open(`${table.world.app.url}/login`);
      await tab.follow('/recover');
      await tab.submit({ action: '/recover', fields: { email: person.email } });
      const page = await tab.open(await gatehouse.link(person.email, '/reset-password'));
      const next = `${person.password}, the next`;
      if (!page.forms.some(({ inMain, action }) => inMain && action.endsWith('/reset-password'))) return;
      await tab.submit({ fields: { new_password: next } });
      person.password = next;
      ended(table.game, person, sessionCookie);
    },
  },
  {
    name: 'remove the app',
    async move({ table, seat }) {
      const { world, game } = table;
      await open(table, seat, `${world.gatehouse.issuer}/account/totp`);
      await send(table, seat, `${world.gatehouse.issuer}/account/totp/remove`);
      const rows = await world.query('select account_id from totp_seeds');
      const gone = game.people.find(
        ({ app, id }) => app !== undefined && rows.every((row) => row['account_id'] !== id),
      );
      if (!gone) return;
      if (seat.session?.person !== gone || levelOf(seat.session.methods) === 0)
        throw new Error(`${seat.name} has removed the app of ${gone.name}`);
      forgotten(game, gone);
      Object.assign(gone, { app: undefined, secondStep: gone.device !== undefined && gone.secondStep });
    },
  },
  {
    name: 'wait',
    async move({ table, pick }) {
      table.world.gatehouse.passTime(pick([40, 200, 330]));
    },
  },
];

/** The cookies of the other browser's visits come into this one, as a sibling sub-domain can bring it about (V11). */
function plant({ table, seat, other }: Turn): void {
  const url = new URL(table.world.gatehouse.issuer);
  const own = other.browser.cookies.list().filter(({ name }) => /^gatehouse_(interaction|resume)/.test(name));
  for (const { name, value, path } of own)
    seat.browser.cookies.take(url, [`${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax`]);
}
