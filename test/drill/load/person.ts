import { randomBytes } from 'node:crypto';
import type { Browser } from '../../support/http_browser.ts';
import type { LoadApp } from './apps.ts';

/** Tokens of one redemption, each rotation the successor of the one before. */
export interface Family {
  /** The session in which it was issued, by the browser that holds it. */
  browser: Browser;
  /** The newest that was acknowledged. */
  refresh: string;
  access: string;
  used: string[];
  /** False once an answer was lost after which it may have ended. */
  sure: boolean;
}

/** What is left of one that ended. */
export interface DeadFamily {
  /** What ended it, in words. */
  by: string;
  access: string;
  refresh: string[];
}

/** What a person has with one app. */
export interface AppUse {
  app: LoadApp;
  consent: 'none' | 'given' | 'unknown';
  families: Family[];
  dead: DeadFamily[];
  usedCodes: { code: string; verifier: string }[];
  /** A revocation without an answer: it is asked for again. */
  revoking?: string;
}

/** One person, as they know themselves by what they were told. */
export interface Person {
  email: string;
  /** `maybe` after a lost answer. */
  registered: 'no' | 'maybe' | 'yes';
  /** The last one first. More than one after a lost answer: one of them holds. */
  passwords: string[];
  /** What must not let them in any more. */
  oldPasswords: string[];
  /** Where they are signed in. */
  browser?: Browser | undefined;
  /** False once an answer was lost after which the session may have ended. */
  sessionSure: boolean;
  uses: AppUse[];
  /** How many mails with a link were asked for and not read: after a lost answer one may come late. */
  linksAwaited: number;
  /** Mailed links that were used. */
  usedLinks: string[];
}

/** Somebody new. */
export function createPerson(email: string, apps: readonly LoadApp[]): Person {
  return {
    email,
    registered: 'no',
    passwords: [newPassword()],
    oldPasswords: [],
    sessionSure: true,
    uses: apps.map((app) => ({
      app,
      consent: app.firstParty ? 'given' : 'none',
      families: [],
      dead: [],
      usedCodes: [],
    })),
    linksAwaited: 0,
    usedLinks: [],
  };
}

/** A password that nobody guesses and that no rule refuses. */
export function newPassword(): string {
  return `a password of the drill ${randomBytes(6).toString('hex')}`;
}

/** Nothing of these families is good any more, and they know by what. */
export function endFamilies(use: AppUse, by: string, ended = use.families): void {
  use.families = use.families.filter((family) => !ended.includes(family));
  use.dead.push(...ended.map(({ refresh, access, used }) => ({ by, access, refresh: [refresh, ...used] })));
}

/** An answer was lost after which everything with this app may have ended. */
export function doubt(use: AppUse): void {
  for (const family of use.families) family.sure = false;
  if (!use.app.firstParty) use.consent = 'unknown';
}

/** What was allowed is asked for again, unless nobody is asked. */
export function takeBackConsent(use: AppUse): void {
  use.consent = use.app.firstParty ? 'given' : 'none';
}

/** One of the passwords let them in: it is the one from now on, and no other is. */
export function settleOn(person: Person, password: string): void {
  person.oldPasswords.push(...person.passwords.filter((other) => other !== password));
  person.passwords = [password];
}
