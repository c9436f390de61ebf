import type { Authenticator } from '../../support/authenticator.ts';
import type { Browser } from '../../support/http_browser.ts';

/** What somebody can prove: a password, a login at an upstream, a code of an app or of a list, a passkey. */
export type Method = 'pwd' | 'fed' | 'otp' | 'key';

/** An account, and everything that proves it. Either browser may use all of this: the model asks which one did. */
export interface Person {
  name: 'a' | 'b';
  email: string;
  id: string;
  password: string;
  /** How apps know them, once one does. */
  sub?: string;
  /** The secret of their authenticator app. */
  app?: string;
  /** Codes that were taken: of the app, and of the list. */
  used: Set<string>;
  recovery: string[];
  device?: Authenticator;
  /** The account asks for a second step. */
  secondStep: boolean;
}

/** What an app asked for. */
export interface Request {
  app: AppName;
  verifier: string;
  need: number;
  /** Whoever is signed in has to sign in anew. */
  anew: boolean;
}

/** A visit, the browser in which it began, and what was proven in it there. */
export interface Visit {
  uid: string;
  seat: Seat;
  /** The page on which it was seen last. */
  at: string;
  proven: Map<Person, Set<Method>>;
}

export interface Session {
  person: Person;
  methods: Set<Method>;
}

/** One of two browsers. */
export interface Seat {
  name: 'A' | 'B';
  browser: Browser;
  /** What every form of this browser holds. */
  token: string;
  visits: Visit[];
  session?: Session | undefined;
  /** Whose account said here that it need not ask for the second step. */
  trusted: Set<Person>;
  /** What it got by then. */
  refresh: { token: string; app: AppName; person: Person }[];
  answers: string[];
}

/** What two browsers have done. The model knows it from what they sent, and not from the server. */
export interface Game {
  seats: [Seat, Seat];
  people: [Person, Person];
  requests: Map<string, Request>;
  visits: Map<string, Visit>;
  /** Every address that was opened so far, oldest first. */
  urls: string[];
  /** Of sessions and families that are over. */
  dead: { cookies: Set<string>; refresh: { token: string; app: AppName }[] };
}

/** The apps, and the level that each asks for: nothing, two factors, a passkey. */
export const LEVELS = { plain: 0, strict: 1, strictest: 2 } as const;
export type AppName = keyof typeof LEVELS;

const isFirst = (methods: ReadonlySet<Method>) => ['pwd', 'fed', 'key'].some((method) => methods.has(method as Method));

/** 2 for a passkey, 1 for two factors of two kinds, else 0. */
export function levelOf(methods: ReadonlySet<Method>): number {
  if (methods.has('key')) return 2;
  return methods.has('otp') && isFirst(methods) ? 1 : 0;
}

/** What a browser has proven of somebody in a visit, and in its session as far as that may count there. */
export function provenOf({ session }: Seat, person: Person, visit?: Visit, anew = false): Set<Method> {
  const before = !anew && session?.person === person ? session.methods : [];
  return new Set([...(visit?.proven.get(person) ?? []), ...before]);
}

/** Notes that a browser proved something of somebody in a visit. Whatever is proven in another browser's visit proves nothing. */
export function prove(seat: Seat, visit: Visit, person: Person, method: Method): void {
  if (visit.seat !== seat) return;
  visit.proven.set(person, (visit.proven.get(person) ?? new Set()).add(method));
}

/** Of the methods that apps hear of, which one it is; what has none here is a mark of others. */
const HEARD: Record<string, Method> = { pwd: 'pwd', fed: 'fed', otp: 'otp', swk: 'key', hwk: 'key' };

/** Why nobody may have got this code; undefined when all of it was proven. `visit` is undefined where nobody was asked. */
export function objection(
  game: Game,
  seat: Seat,
  { need, anew }: Pick<Request, 'need' | 'anew'>,
  claims: Record<string, unknown>,
  visit?: Visit,
): string | undefined {
  const person = game.people.find(({ sub }) => sub === claims['sub']);
  if (!person) return `${seat.name} is somebody whom nobody knows`;
  const methods = provenOf(seat, person, visit, anew);
  const who = `${seat.name} is in the account of ${person.name}, having proven ${[...methods].join(' ') || 'nothing'}`;
  if (visit && visit.seat !== seat) return `${who}, by a visit of ${visit.seat.name}`;
  if (!isFirst(methods)) return who;
  if (levelOf(methods) < need) return `${who}, where level ${need} is asked for`;
  const spared = seat.trusted.has(person) && !anew;
  if (person.secondStep && levelOf(methods) === 0 && !spared) return `${who}, whose account asks for a second step`;
  // What an app hears is what it asked for, whatever it lets its people do by it.
  const heard = Array.isArray(claims['amr']) ? claims['amr'].flatMap((word) => HEARD[String(word)] ?? []) : [];
  const untrue = heard.find((method) => !methods.has(method));
  return untrue && `${who}, and the app hears of ${untrue}`;
}

/** A code was given out: the browser is signed in by what it proved, and that is used up. */
export function signedIn(seat: Seat, person: Person, visit: Visit | undefined, anew: boolean): void {
  seat.session = { person, methods: provenOf(seat, person, visit, anew) };
  visit?.proven.clear();
}

/** A browser signed out: its cookie and all that it got in that session is of no use any more. */
export function signedOut(game: Game, seat: Seat, cookie: string): void {
  game.dead.cookies.add(cookie);
  game.dead.refresh.push(...seat.refresh.splice(0));
  seat.session = undefined;
}

/** Whatever was proven of somebody and waits counts for nothing any more. */
export function forgotten(game: Game, person: Person): void {
  for (const { proven } of game.visits.values()) proven.delete(person);
  for (const seat of game.seats) seat.trusted.delete(person);
}

/** Everything of somebody has ended, everywhere. */
export function ended(game: Game, person: Person, cookieOf: (seat: Seat) => string): void {
  forgotten(game, person);
  for (const seat of game.seats) {
    if (seat.session?.person === person) signedOut(game, seat, cookieOf(seat));
    game.dead.refresh.push(...seat.refresh.filter((one) => one.person === person));
    seat.refresh = seat.refresh.filter((one) => one.person !== person);
  }
}
