import { createBrowser } from '../../support/http_browser.ts';
import type { Asking } from './asking.ts';
import type { Journal } from './journal.ts';
import type { AppUse, Person } from './person.ts';
import type { Tokens } from './tokens.ts';
import type { Visits } from './visits.ts';

interface CheckDeps {
  visits: Visits;
  tokens: Tokens;
  asking: Asking;
  journal: Journal;
  /** Access tokens may have expired. */
  clockMoves: boolean;
}

/**
 * Looks, as the person and their apps would, whether everything they were told holds, and whether nothing that was used up or ended
 * is taken again. What does not hold stands in the journal.
 */
export async function checkPerson(deps: CheckDeps, person: Person): Promise<void> {
  if (person.registered === 'no') return;
  const wrong = (what: string) => void deps.journal.wrong.push(`${person.email}: ${what}`);
  const [home] = person.uses;
  if (!home) return;
  if (person.registered === 'maybe' && !(await isThere(deps, person, home))) {
    // The sign-up whose answer was lost was not done: then it can be done.
    if (!(await deps.visits.signUp(person, home))) wrong('can neither sign in nor sign up');
    return;
  }
  await checkPasswords(deps, person, home, wrong);
  await checkSession(deps, person, home);
  for (const use of person.uses) await checkTokens(deps, person, use, wrong);
  for (const link of person.usedLinks) {
    const page = await deps.asking.look(() => createBrowser().open(link));
    if (page.status < 400 || page.forms.some(({ action }) => action.includes('/reset-password')))
      wrong('a mailed link that was used can be used again');
  }
}

async function isThere({ visits }: CheckDeps, person: Person, home: AppUse): Promise<boolean> {
  const [password = ''] = person.passwords;
  return visits.admits(person, home, password);
}

async function checkPasswords(
  { visits }: CheckDeps,
  person: Person,
  home: AppUse,
  wrong: (what: string) => void,
): Promise<void> {
  const outcomes: boolean[] = [];
  for (const password of person.passwords) outcomes.push(await visits.admits(person, home, password));
  if (outcomes.filter(Boolean).length !== 1) wrong(`of the passwords that may hold, ${outcomes.join(', ')} let in`);
  person.passwords = person.passwords.filter((_, index) => outcomes[index]);
  for (const password of person.oldPasswords)
    if (await visits.admits(person, home, password)) wrong('an old password lets in');
}

/** Whoever was signed in and knows of no reason why not is asked for nothing; `codeFor` complains otherwise. */
async function checkSession({ visits }: CheckDeps, person: Person, home: AppUse): Promise<void> {
  if (person.browser) await visits.codeFor(person, home, person.browser);
  const allowed = person.uses.filter(({ consent }) => consent === 'given');
  const elsewhere = createBrowser();
  person.browser = undefined;
  for (const use of allowed) await visits.codeFor(person, use, elsewhere);
}

async function checkTokens(
  { tokens, clockMoves }: CheckDeps,
  person: Person,
  use: AppUse,
  wrong: (what: string) => void,
): Promise<void> {
  const { app, families, dead, usedCodes } = use;
  for (const { by, access, refresh } of dead)
    for (const token of [access, ...refresh])
      if (await tokens.isActive(use, token)) {
        const kind = token === access ? 'an access token' : 'a refresh token';
        wrong(`${kind} of ${app.id} is active, which ended by ${by}`);
      }
  for (const family of families.filter(({ sure }) => sure))
    if (!clockMoves && !(await tokens.isActive(use, family.access)))
      wrong(`an access token of ${app.id} is not active`);
  // The doubtful ones last: presenting one may be reuse, by which all of them end.
  for (const family of families.toSorted((one, other) => Number(other.sure) - Number(one.sure)))
    await tokens.rotate(person, use, family);
  const deadRefresh = dead.flatMap(({ refresh }) => refresh);
  const used = families.flatMap((family) => family.used.map((refresh) => ({ refresh })));
  // The first one of these ends everything with this app, the newest refresh tokens with it.
  const usedUp = usedCodes.length % 2 === 0 ? [...used, ...usedCodes] : [...usedCodes, ...used];
  const newest = usedUp.length > 0 ? families.map(({ refresh }) => ({ refresh })) : [];
  for (const grant of [...usedUp, ...newest, ...deadRefresh.map((refresh) => ({ refresh }))]) {
    const what = 'refresh' in grant ? 'refresh token' : 'code';
    if (!(await tokens.isRefused(use, grant))) wrong(`a ${what} of ${app.id} is taken again`);
  }
}
