import type Koa from 'koa';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken } from '../kit/random.ts';
import type { TextKey } from '../locales/index.ts';
import type { Web } from '../web/index.ts';
import type { SignIn, Trip } from './relying_party.ts';

/** What the app knows of one browser. */
export interface DemoSession {
  /** Trips under way by their state: one for each tab that began. */
  trips: Map<string, Trip>;
  signIn?: SignIn;
  apiAnswer?: { status: number; body: unknown };
  /** Said once, on the next page. */
  message?: Message;
  /** The end of the work that is under way for this browser. */
  busy: Promise<unknown>;
  expiresAt: Date;
}

/** A sentence for the person, good news or bad. */
export interface Message {
  text: TextKey;
  kind: 'note' | 'problem';
}

/** The sessions of the app with its browsers, in memory alone. */
export interface Sessions {
  /** The session of this browser, if it has one that lives. */
  find(ctx: Koa.Context): DemoSession | undefined;
  /** The same, or a new one. */
  ensure(ctx: Koa.Context): DemoSession;
  /** Gives the session a new id: what was known before a sign-in lets nobody in after it. */
  renew(ctx: Koa.Context, session: DemoSession): void;
  end(ctx: Koa.Context): void;
}

const LIFETIME = 12 * 3600;
const MOST_SESSIONS = 1000;
const MOST_TRIPS = 5;

/** Sessions in memory under a random id in the cookie `demo`: 12 hours, a thousand at most, the oldest goes first. */
export function createSessions({ cookies }: Pick<Web, 'cookies'>): Sessions {
  const sessions = new Map<string, DemoSession>();

  const find = (ctx: Koa.Context): DemoSession | undefined => {
    const session = sessions.get(cookies.get(ctx, 'demo') ?? '');
    return session && session.expiresAt > now() ? session : undefined;
  };
  const keep = (ctx: Koa.Context, session: DemoSession): void => {
    const id = secretToken();
    sessions.set(id, session);
    cookies.set(ctx, 'demo', id);
    dropOldest(sessions, MOST_SESSIONS);
  };
  return {
    find,
    ensure(ctx) {
      const known = find(ctx);
      if (known) return known;
      const session: DemoSession = { trips: new Map(), busy: Promise.resolve(), expiresAt: inSeconds(LIFETIME) };
      keep(ctx, session);
      return session;
    },
    renew(ctx, session) {
      sessions.delete(cookies.get(ctx, 'demo') ?? '');
      session.expiresAt = inSeconds(LIFETIME);
      keep(ctx, session);
    },
    end(ctx) {
      sessions.delete(cookies.get(ctx, 'demo') ?? '');
      cookies.set(ctx, 'demo', null);
    },
  };
}

/** Remembers a trip. A browser that begins again and again forgets the oldest. */
export function addTrip(session: DemoSession, trip: Trip): void {
  session.trips.set(trip.state, trip);
  dropOldest(session.trips, MOST_TRIPS);
}

/** Takes a trip out: an answer is used once, whatever comes of it. */
export function takeTrip(session: DemoSession, state: string): Trip | undefined {
  const trip = session.trips.get(state);
  session.trips.delete(state);
  return trip;
}

/** Runs work of one session one after the other: a refresh token that is sent twice ends the whole family. */
export async function oneAtATime<Result>(session: DemoSession, work: () => Promise<Result>): Promise<Result> {
  const running = session.busy.then(work);
  session.busy = running.catch(() => {});
  return running;
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
