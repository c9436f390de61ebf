import { createBrowser } from '../../support/http_browser.ts';
import type { LoadApp } from './apps.ts';
import { Unanswered } from './journal.ts';
import { createPerson, type AppUse, type Person } from './person.ts';
import { pick } from './random.ts';
import type { Tokens } from './tokens.ts';
import type { Visits } from './visits.ts';

/** One after the other, somebody comes, does a number of things and makes room for the next. */
export interface Lane {
  people: readonly Person[];
  /** Things that were answered. */
  answered: number;
  /** One more thing. Rejects only for what is wrong with the drill itself. */
  step(): Promise<void>;
}

interface LaneDeps {
  name: string;
  apps: readonly LoadApp[];
  random: () => number;
  visits: Visits;
  tokens: Tokens;
}

/** So many things one person does. */
const STAY = 24;

type Move = (person: Person, use: AppUse) => Promise<unknown>;

/** All choices come from `random`. */
export function createLane(deps: LaneDeps): Lane {
  const { name, apps, random } = deps;
  const moves = movesOf(deps);
  const people: Person[] = [];
  let left = 0;
  const lane: Lane = { people, answered: 0, step };

  async function step(): Promise<void> {
    let person = people.at(-1);
    if (!person || left === 0) {
      person = createPerson(`${name}-${people.length + 1}@example.com`, apps);
      people.push(person);
      left = STAY;
    }
    left -= 1;
    const use = pick(person.uses, random);
    try {
      if (person.registered === 'yes') await pick(moves, random)(person, use);
      else await arrive(person);
      lane.answered += 1;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      // Whoever has no answer waits a moment before they try something else.
      await new Promise((resolve) => setTimeout(resolve, 20 + random() * 80));
    }
  }
  /** A sign-up whose answer was lost is left to the check: the next one is somebody else. */
  async function arrive(person: Person): Promise<void> {
    left = 0;
    const use = pick(
      person.uses.filter(({ app }) => !app.scope.includes('offline_access')),
      random,
    );
    if (await deps.visits.signUp(person, use)) left = STAY;
  }
  return lane;
}

function movesOf({ visits, tokens, random }: LaneDeps): Move[] {
  const signIn: Move = async (person, use) => {
    const code = await visits.codeFor(person, use, createBrowser());
    if (code) await tokens.redeem(person, use, code);
  };
  const come: Move = async (person, use) => {
    if (!person.browser) return signIn(person, use);
    const code = await visits.codeFor(person, use, person.browser);
    if (code) await tokens.redeem(person, use, code);
  };
  const rotate: Move = async (person, use) => {
    const family = use.families.at(-1);
    return family ? tokens.rotate(person, use, family) : come(person, use);
  };
  const revoke: Move = async (person, use) => {
    const family = use.families.at(-1);
    const token = use.revoking ?? (random() < 0.5 ? family?.refresh : family?.access);
    return token === undefined ? come(person, use) : tokens.revoke(use, token);
  };
  const change: Move = (person, use) =>
    // Whoever does not know which password holds finds out by signing in.
    person.browser && person.passwords.length === 1
      ? visits.changePassword(person, random() < 0.5)
      : signIn(person, use);
  const reset: Move = (person, use) => visits.resetPassword(person, use);
  return [signIn, come, come, come, rotate, rotate, rotate, rotate, rotate, revoke, change, reset];
}
