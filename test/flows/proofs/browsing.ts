import { randomUUID } from 'node:crypto';
import type { Page } from '../../support/http_browser.ts';
import { rawPost } from '../../support/http_browser/raw_post.ts';
import { answerOf, idTokenOf, requestOf } from '../../support/limited_apps.ts';
import type { PartnerWorld } from '../../support/partner_world.ts';
import { LEVELS, objection, signedIn, type AppName, type Game, type Seat, type Visit } from './model.ts';

/** A game on a server. */
export interface Table {
  world: PartnerWorld;
  game: Game;
}

/** What came of a form: its status, and the page to which it led. */
interface Sent {
  status: number;
  location: string;
}

const UID = /\/interaction\/([\w-]+)/;
const RESUMED = /\/oidc\/authorize\/([\w-]+)/;

/** The URL of a page of a visit. */
export const at = ({ world }: Table, { uid }: Visit, page: string) =>
  `${world.gatehouse.issuer}/interaction/${uid}${page && `/${page}`}`;

/** The cookies that make a session, as they are sent. */
export const sessionCookie = ({ browser }: Seat) =>
  ['gatehouse_session', 'gatehouse_session.sig']
    .map((name) => `${name}=${browser.cookies.list().find((cookie) => cookie.name === name)?.value ?? ''}`)
    .join('; ');

/** Opens an address, and judges what came of it. */
export async function open(table: Table, seat: Seat, url: string): Promise<Page> {
  const page = await seat.browser.open(url);
  table.game.urls.push(...page.hops.map((hop) => hop.url));
  await heed(table, seat, page);
  return page;
}

/** Sends a form by hand, with the token that every form of this browser holds, or with another one; follows nothing. */
export async function post(
  { world }: Table,
  seat: Seat,
  url: string,
  fields: Record<string, string> = {},
): Promise<Sent> {
  const answer = await rawPost(seat.browser, new URL(url, world.gatehouse.issuer).href, {
    _csrf: seat.token,
    ...fields,
  });
  if (answer.status >= 500) throw new Error(`${seat.name} got ${answer.status} from POST ${new URL(url).pathname}`);
  await answer.text();
  return { status: answer.status, location: answer.headers.get('location') ?? '' };
}

/** The same, and goes on to where it leads. */
export async function send(table: Table, seat: Seat, url: string, fields?: Record<string, string>): Promise<Sent> {
  const sent = await post(table, seat, url, fields);
  if (sent.location) await open(table, seat, new URL(sent.location, table.world.gatehouse.issuer).href);
  return sent;
}

/** Asks for a code of an app. */
export async function begin(table: Table, seat: Seat, app: AppName, extra: Record<string, string>): Promise<Page> {
  const state = randomUUID();
  const { url, verifier } = requestOf(table.world.gatehouse.issuer, app, { ...extra, state });
  const asked = { mfa: 1, phr: 2 }[extra['acr_values'] ?? ''] ?? 0;
  const need = Math.max(LEVELS[app], asked);
  table.game.requests.set(state, { app, verifier, need, anew: extra['prompt'] === 'login' });
  return open(table, seat, url);
}

/** What a page tells of visits, and the code that it brings, which must be deserved. */
async function heed(table: Table, seat: Seat, page: Page): Promise<void> {
  const { game } = table;
  const fault = page.hops.find(({ status }) => status >= 500);
  if (fault) throw new Error(`${seat.name} got ${fault.status} from ${fault.method} ${new URL(fault.url).pathname}`);
  seat.token = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? seat.token;
  for (const { url } of page.hops) meet(game, seat, UID.exec(url)?.[1]);
  const visit = game.visits.get(UID.exec(page.url)?.[1] ?? '');
  if (visit?.seat === seat && page.screen) visit.at = page.screen;
  const resumed = page.hops.flatMap(({ url }) => game.visits.get(RESUMED.exec(url)?.[1] ?? '') ?? []).at(-1);
  if (page.external !== undefined) return judge(table, seat, page, resumed);
  // The pages of the account are an app that redeems no code: another app says who is in.
  if (resumed && page.screen?.startsWith('account'))
    await judge(table, seat, await silent(table, seat, 'plain'), resumed);
}

function meet(game: Game, seat: Seat, uid: string | undefined): void {
  if (uid === undefined || game.visits.has(uid)) return;
  const visit: Visit = { uid, seat, at: '', proven: new Map() };
  game.visits.set(uid, visit);
  seat.visits.push(visit);
}

async function judge(table: Table, seat: Seat, page: Page, visit: Visit | undefined): Promise<void> {
  const { game, world } = table;
  const { code, state = '' } = answerOf(page);
  const request = game.requests.get(state);
  if (code === undefined || !request) return;
  const { app, verifier, anew } = request;
  const { claims, refreshToken } = await idTokenOf(world.gatehouse.issuer, app, page, verifier);
  learn(game, seat, claims, visit);
  const wrong = objection(game, seat, request, claims, visit);
  if (wrong) throw new Error(wrong);
  const person = game.people.find(({ sub }) => sub === claims['sub']);
  if (!person) return;
  if (seat.session && seat.session.person !== person) seat.refresh = [];
  signedIn(seat, person, visit, anew);
  // A few of the newest are enough to be tried again.
  if (refreshToken) seat.refresh = [...seat.refresh, { token: refreshToken, app, person }].slice(-3);
}

/** Who somebody is to apps, is known from the first time, at which there is one who proved anything. */
function learn({ people }: Game, seat: Seat, { sub }: Record<string, unknown>, visit?: Visit): void {
  const proven = [...(visit?.proven.keys() ?? [])];
  const [only] = proven;
  if (proven.length !== 1 || !only || only.sub !== undefined || visit?.seat !== seat) return;
  if (people.every((person) => person.sub !== sub)) only.sub = String(sub);
}

/** Asks without any page: what comes back is a code for whoever is signed in, or an error. */
export function silent({ world, game }: Table, seat: Seat, app: AppName): Promise<Page> {
  const state = randomUUID();
  const { url, verifier } = requestOf(world.gatehouse.issuer, app, { prompt: 'none', state });
  game.requests.set(state, { app, verifier, need: LEVELS[app], anew: false });
  return seat.browser.tab().open(url);
}

/** Looks who is signed in where, and whether what has ended is still over. */
export async function look(table: Table, seat: Seat): Promise<void> {
  for (const app of ['plain', 'strict'] as const) await judge(table, seat, await silent(table, seat, app), undefined);
}

/** Tries everything that has ended once more. */
export async function tryTheDead({ world, game: { dead } }: Table): Promise<void> {
  const { issuer } = world.gatehouse;
  for (const cookie of dead.cookies) {
    const { url } = requestOf(issuer, 'plain', { prompt: 'none' });
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    if (/[?&]code=/.test(answer.headers.get('location') ?? '')) throw new Error('a session that has ended is alive');
  }
  for (const { token, app } of dead.refresh) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: app, refresh_token: token });
    const answer = await fetch(`${issuer}/oidc/token`, { method: 'POST', body });
    if (answer.status !== 400) throw new Error(`a refresh token of a session that has ended: ${answer.status}`);
  }
}
