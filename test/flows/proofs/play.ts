import fc from 'fast-check';
import { createBrowser } from '../../support/http_browser.ts';
import { deviceApp } from '../../support/limited_apps.ts';
import { addPasskey, deviceFor } from '../../support/passkeys.ts';
import { standAccount, startPartnerWorld, type PartnerWorld } from '../../support/partner_world.ts';
import { PASSWORD, signUpLocally } from '../../support/people.ts';
import { at, begin, look, open, send, tryTheDead, type Table } from './browsing.ts';
import type { AppName, Game, Person, Seat } from './model.ts';
import { moves } from './moves.ts';
import { setUpApp } from './proving.ts';

/** What was played, and the first sequence that went wrong, as short as it could be made. */
export interface Played {
  sequences: number;
  seconds: number;
  made: Record<string, number>;
  signedIn: number;
  broken?: string | undefined;
}

const often = fc.constantFrom(true, true, false);
const game = fc.record({
  /** Whether each has an app, and a passkey, before anything happens. */
  apps: fc.tuple(often, often),
  passkeys: fc.tuple(fc.boolean(), fc.boolean()),
  /** Whether each browser is still signed in as who set that up. */
  stay: fc.tuple(fc.boolean(), fc.boolean()),
  turns: fc.array(
    fc.record({
      move: fc.nat(moves.length - 1),
      first: fc.boolean(),
      picks: fc.array(fc.nat(59), { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 4, maxLength: 12, size: 'max' },
  ),
});
type Drawn = typeof game extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * Plays so many sequences of what two browsers can do with everything that proves two people, and asks after each move whether
 * the model agrees that whoever is signed in has proven it. The same seed plays the same again. To `shorten` a sequence that went
 * wrong takes as long as some fifty others.
 */
export async function playProofs({
  sequences,
  seed,
  shorten = false,
  told = () => {},
}: {
  sequences: number;
  seed: number;
  shorten?: boolean;
  /** Hears of a sequence that went wrong as soon as it did. */
  told?: (broken: string) => void;
}): Promise<Played> {
  const clients = [
    deviceApp('plain'),
    { ...deviceApp('strict'), require: 'mfa' },
    { ...deviceApp('strictest'), require: 'phishing-resistant' },
  ];
  const world = await startPartnerWorld({}, { clients });
  const made: Record<string, number> = {};
  const sums = { signedIn: 0 };
  const began = process.hrtime.bigint();
  try {
    const hashes = await twoPasswords(world);
    const property = fc.asyncProperty(game, (drawn) =>
      play(world, hashes, drawn, { made, sums }).catch((error: unknown) => {
        told(String(error));
        throw error;
      }),
    );
    const ended = await fc.check(property, { seed, numRuns: sequences, endOnFailure: !shorten });
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    return {
      sequences: ended.numRuns,
      seconds,
      made,
      signedIn: sums.signedIn,
      broken: ended.failed ? String(ended.errorInstance) : undefined,
    };
  } finally {
    await world.stop();
  }
}

const NAMES = ['a', 'b'] as const;
const passwordOf = (name: string) => `${PASSWORD} of ${name}`;

/** The hashes of the password of each, made once: accounts that come later are put there with them. */
async function twoPasswords(world: PartnerWorld): Promise<Map<string, unknown>> {
  const hashes = new Map<string, unknown>();
  for (const name of NAMES) {
    const email = `first.${name}@example.com`;
    const browser = createBrowser();
    await signUpLocally(world, browser, email, passwordOf(name));
    const [row] = await world.query(
      `select password_hash from passwords join addresses using (account_id) where canonical = '${email}'`,
    );
    hashes.set(name, row?.['password_hash']);
  }
  return hashes;
}

let games = 0;

async function newGame(world: PartnerWorld, hashes: Map<string, unknown>): Promise<Table> {
  games += 1;
  const person = async (name: 'a' | 'b'): Promise<Person> => {
    const email = `${name}.${games}@example.com`;
    const id = await standAccount(world, email, { identity: `never ${world.fake.issuer} ${name}${email}` });
    await world.query(`insert into passwords (account_id, password_hash, changed_at)
      values ('${id}', '${String(hashes.get(name))}', clock_timestamp())`);
    return { name, email, id, password: passwordOf(name), used: new Set(), recovery: [], secondStep: false };
  };
  const seat = (name: 'A' | 'B'): Seat => ({
    name,
    browser: createBrowser(),
    token: '',
    visits: [],
    trusted: new Set(),
    refresh: [],
    answers: [],
  });
  const fresh: Game = {
    seats: [seat('A'), seat('B')],
    people: [await person('a'), await person('b')],
    requests: new Map(),
    visits: new Map(),
    urls: [],
    dead: { cookies: new Set(), refresh: [] },
  };
  return { world, game: fresh };
}

/** Signs a browser in as its own person, who sets up what they have. */
async function arrive(
  table: Table,
  seat: Seat,
  person: Person,
  has: { app: boolean; passkey: boolean; stay: boolean },
) {
  const app: AppName = has.app ? 'strict' : 'plain';
  await begin(table, seat, app, {});
  const visit = seat.visits.at(-1);
  if (!visit) throw new Error('no visit');
  visit.proven.set(person, new Set(['pwd']));
  await send(table, seat, at(table, visit, 'login'), { email: person.email, password: person.password });
  if (has.app) await setUpApp({ table, seat }, visit);
  if (has.passkey) {
    person.device = deviceFor(table.world);
    await addPasskey(table.world, seat.browser, person.device);
  }
  if (has.stay) return;
  seat.browser.cookies.clear();
  seat.session = undefined;
  Object.assign(seat, { visits: [], refresh: [] });
  await open(table, seat, `${table.world.gatehouse.issuer}/`);
}

async function play(
  world: PartnerWorld,
  hashes: Map<string, unknown>,
  { apps, passkeys, stay, turns }: Drawn,
  { made, sums }: { made: Record<string, number>; sums: { signedIn: number } },
): Promise<void> {
  const table = await newGame(world, hashes);
  const { seats, people } = table.game;
  for (const index of [0, 1] as const) {
    const has = { app: apps[index], passkey: passkeys[index], stay: stay[index] };
    await arrive(table, seats[index], people[index], has);
  }
  const played: string[] = [];
  for (const { move, first, picks } of turns) {
    let asked = 0;
    const pick = <Thing>(things: readonly Thing[]): Thing => {
      const thing = things[(picks[asked++ % picks.length] ?? 0) % things.length];
      if (thing === undefined) throw new Error('nothing to choose from');
      return thing;
    };
    const [seat, other] = first ? seats : ([seats[1], seats[0]] as const);
    const { name, move: make } = moves[move] ?? moves[0] ?? { name: '', move: async () => {} };
    played.push(`${seat.name} ${name}`);
    made[name] = (made[name] ?? 0) + 1;
    try {
      const before = seat.session;
      await make({ table, seat, other, pick });
      if (seat.session && seat.session !== before) sums.signedIn += 1;
      for (const one of seats) await look(table, one);
      await tryTheDead(table);
    } catch (cause) {
      throw new Error(`${played.join(', ')}: ${String(cause)}`, { cause });
    }
  }
}
