import type { Database } from '../../src/database/index.ts';
import type { Browser } from '../support/http_browser.ts';
import { createBrowser } from '../support/http_browser.ts';
import { continueWith, signUpLocally } from '../support/people.ts';
import type { World } from '../support/world.ts';

/** What an address can be to us; a stranger must not learn which. All are of one length, so that answers can be compared to the byte. */
export const addresses = {
  unknown: 'nobody.here@mail1.com',
  known: 'known.known@mail1.com',
  'social-only': 'ada.example@gmail.com',
  disabled: 'shut.closed@mail1.com',
  unverified: 'never.asked@mail1.com',
} as const;

/** The name of a class of addresses. */
export type Class = keyof typeof addresses;

export const classes = Object.keys(addresses) as Class[];

/** Makes the accounts of all classes but the unknown, as people and admins make them. */
export async function makePeople(world: Pick<World, 'gatehouse' | 'app'>, { knex }: Database): Promise<void> {
  // signUpLocally and continueWith use nothing else of a world.
  const at = world as World;
  for (const name of ['known', 'disabled', 'unverified'] as const)
    await signUpLocally(at, createBrowser(), addresses[name]);
  await continueWith(at, createBrowser(), 'google', 'gmail.com');
  const idOf = (name: Class) => knex('addresses').where({ canonical: addresses[name] }).select('account_id');
  await knex('accounts').whereIn('id', idOf('disabled')).update({ disabled_at: new Date() });
  await knex('accounts').whereIn('id', idOf('unverified')).update({ origin: 'admin' });
  await knex('addresses').where({ canonical: addresses.unverified }).update({ verified_at: null });
}

/** One browser of a stranger for each class, each in a visit of its own. */
export async function strangers(appUrl: string, query = ''): Promise<Record<Class, Browser>> {
  const entries = classes.map(async (name) => {
    const browser = createBrowser();
    await browser.open(`${appUrl}/login${query}`);
    return [name, browser] as const;
  });
  // Object.fromEntries forgets the names it was given.
  return Object.fromEntries(await Promise.all(entries)) as Record<Class, Browser>;
}
