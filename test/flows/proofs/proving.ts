import { Secret, TOTP } from 'otpauth';
import { rawPost } from '../../support/http_browser/raw_post.ts';
import { at, begin, open, post, send, type Table } from './browsing.ts';
import { levelOf, prove, provenOf, type Person, type Seat, type Visit } from './model.ts';

/** A turn: whose, and what they choose. */
export interface Turn {
  table: Table;
  seat: Seat;
  other: Seat;
  pick<Thing>(things: readonly Thing[]): Thing;
}

/** The pages of one step, which asks for a second factor. */
export const SECOND_PAGES = ['second-factor', 'recovery-code', 'choose-method'];
/** The newest visits of somebody come first, because there is most to do. */
export const newest = (seat: Seat) => seat.visits.toReversed().slice(0, 3);
/** One of the newest; none before the first. */
export const ownVisit = ({ seat, pick }: Turn): Visit | undefined =>
  seat.visits.length > 0 ? pick(newest(seat)) : undefined;
/** One of the two. */
export const whoever = ({ table, pick }: Turn): Person => pick(table.game.people);

/** A code that their app shows, of a time that it never showed before. */
export function freshCode({ table: { world } }: Turn, secret: string): string {
  world.gatehouse.passTime(31);
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.gatehouse.now() });
}

/** Types a right or a wrong password of somebody in a visit. */
export async function typePassword({ table, seat }: Turn, visit: Visit, person: Person, right = true): Promise<void> {
  const password = right ? person.password : 'not at all the password 41';
  const sent = await post(table, seat, at(table, visit, 'login'), { email: person.email, password });
  if (sent.status !== 303) return;
  // Whoever has signed in meanwhile goes on as who they are, whatever they typed: what came of it is judged as ever.
  if (!right && !seat.session) throw new Error('a wrong password was taken');
  if (right) prove(seat, visit, person, 'pwd');
  await open(table, seat, new URL(sent.location, table.world.gatehouse.issuer).href);
}

/** Whether a page for a second factor took what was typed: the visit went on from there. */
export const wentOn = (visit: Visit, { status, location }: { status: number; location: string }) =>
  SECOND_PAGES.includes(visit.at) &&
  status === 303 &&
  !new RegExp(`/interaction/${visit.uid}(/(${SECOND_PAGES.join('|')})(/passkey)?)?$`).test(location);

/** A code, whose it is, and the page where it is typed. */
export interface Typed {
  page: 'second-factor' | 'recovery-code';
  code: string;
  person: Person;
}

/** Notes what came of a code: whichever was taken is used, and none is taken twice. */
export function noteCode(seat: Seat, visit: Visit, { code, person }: Typed, taken: boolean): void {
  if (!taken) return;
  if (person.used.has(code)) throw new Error(`a code of ${person.name} was taken twice`);
  person.used.add(code);
  prove(seat, visit, person, 'otp');
}

/** Types a code in a visit. */
export async function typeCode(
  turn: Turn,
  visit: Visit,
  typed: Typed,
  more: Record<string, string> = {},
): Promise<void> {
  const { table, seat } = turn;
  const sent = await post(table, seat, at(table, visit, typed.page), { code: typed.code, ...more });
  const taken = wentOn(visit, sent);
  noteCode(seat, visit, typed, taken);
  if (taken && more['trust']) seat.trusted.add(typed.person);
  if (sent.location) await open(table, seat, new URL(sent.location, table.world.gatehouse.issuer).href);
}

/** A visit of this browser at the page that asks for the second factor of somebody; undefined when it does not get there. */
export async function toSecondFactor(turn: Turn, person: Person): Promise<Visit | undefined> {
  const { table, seat } = turn;
  await begin(table, seat, 'plain', { prompt: 'login' });
  const visit = seat.visits.at(-1);
  if (!visit) return undefined;
  await send(table, seat, at(table, visit, 'start-again'));
  await typePassword(turn, visit, person);
  return SECOND_PAGES.includes(visit.at) ? visit : undefined;
}

/** One that their app or list still has, one that was taken, one of somebody else, or one of nobody. */
export function codeOf(turn: Turn): Typed {
  const { pick } = turn;
  const person = whoever(turn);
  const old = (codes: string[], shape: RegExp) => codes.filter((code) => shape.test(code)).at(-1);
  if (pick([true, true, false])) {
    const fresh = person.app === undefined ? '000000' : freshCode(turn, person.app);
    const used = old([...person.used], /^\d{6}$/);
    return { page: 'second-factor', person, code: pick([fresh, fresh, used ?? fresh]) };
  }
  const fresh = person.recovery.find((code) => !person.used.has(code)) ?? 'AAAA-BBBB-CCCC-DDDD';
  const used = old([...person.used], /-/);
  return { page: 'recovery-code', person, code: pick([fresh, used ?? fresh]) };
}

/** What a device answers to the options of one visit, sent to the same visit, or to another one. */
export async function pressPasskey(turn: Turn, visit: Visit, page: 'passkey' | 'second-factor/passkey'): Promise<void> {
  const { table, seat, pick } = turn;
  const { device, ...person } = whoever(turn);
  const asked = await rawPost(seat.browser, at(table, visit, `${page}/options`), { _csrf: seat.token });
  if (asked.status !== 200 || !device) return;
  // The options of the server, which the device reads as it is.
  const options = (await asked.json()) as Parameters<typeof device.sign>[0];
  const known = options.allowCredentials ?? [];
  if (known.length > 0 && !device.keys.some(({ id }) => known.some((one) => one.id === id))) return;
  const answer = device.sign(options);
  const to = pick([visit, visit, ...newest(seat)]);
  const sent = await post(table, seat, at(table, to, page), {
    answer: pick([answer, answer, answer, ...seat.answers]),
  });
  seat.answers.push(answer);
  const owner = table.game.people.find(({ id }) => id === person.id);
  if (owner && to === visit && sent.status === 303) prove(seat, visit, owner, 'key');
  if (sent.location) await open(table, seat, new URL(sent.location, table.world.gatehouse.issuer).href);
}

/** Sets up an authenticator app where a visit asks for one. Whose it is, the server says; what they must have proven by then, we do. */
export async function setUpApp({ table, seat }: Pick<Turn, 'table' | 'seat'>, visit: Visit): Promise<void> {
  const { world, game } = table;
  await send(table, seat, at(table, visit, 'enrol-factor'));
  const page = await open(table, seat, at(table, visit, 'enrol-factor'));
  const secret = /id="secret"[^>]*>([A-Z2-7 ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '');
  if (secret === undefined) return;
  world.gatehouse.passTime(31);
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.gatehouse.now() });
  await send(table, seat, at(table, visit, 'enrol-factor/totp'), { code });
  const rows = await world.query('select account_id from totp_seeds');
  const has = (person: Person) => rows.some((row) => row['account_id'] === person.id);
  const person = game.people.find((one) => one.app === undefined && has(one));
  if (!person) return;
  const proven = provenOf(seat, person, visit);
  if (proven.size === 0 || (person.device && levelOf(proven) === 0))
    throw new Error(`${seat.name} has set up an app for ${person.name}, having proven ${[...proven].join(' ')}`);
  Object.assign(person, { app: secret, secondStep: true });
  person.used.add(code);
  person.recovery = /id="codes"[^>]*>([^<]+)</.exec(seat.browser.page.body)?.[1]?.split('\n') ?? person.recovery;
  prove(seat, visit, person, 'otp');
  await send(table, seat, at(table, visit, 'enrol-factor/codes'), { saved: '1' });
}
