import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { meets } from '../clients/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import type { TextKey } from '../locales/index.ts';
import type { Session } from '../oidc/index.ts';
import type { Page } from '../web/index.ts';
import type { FrameDeps } from './deps.ts';
import { returnFromSignIn, signInUrl } from './own_client.ts';

/** Seconds for which a sign-in counts as fresh: long enough for a form, too short for a browser left open. */
const FRESH_SECONDS = 300;

/** The tabs in their order; only those whose page is mounted are shown. */
const TABS = ['home', 'profile', 'security', 'identities', 'sessions', 'apps', 'activity', 'data'] as const;

/** The tab under which a page stands. */
export type Tab = (typeof TABS)[number];

/** Who looks at a page of their account. */
export interface Person {
  session: Session;
  account: Account;
}

/** How a page or a form of an account is reached. */
export interface Place {
  path: string;
  /**
   * Asks for a sign-in of the last five minutes first, with the account's own factor and its second one, where it has them: a
   * trusted browser saves nobody that (ASVS 5.0 7.5.1).
   */
  fresh?: boolean;
}

/** A page of somebody's own account. */
export interface AccountPage<Data> extends Place {
  /** The tab that leads here. */
  tab?: Tab;
  /** Reads what the page shows, while the account itself is read. */
  load?(session: Session, ctx: Context): Promise<Data>;
  show(ctx: Context, person: Person, data: Data): Promise<void>;
}

/** A form of somebody's own account. */
export interface AccountForm extends Place {
  /** The page it stands on: where a person goes on who had to sign in again first. */
  page: string;
  submit(ctx: Context, person: Person, fields: Record<string, string>): Promise<void>;
}

/** One page, as a room asks the frame for it. */
export interface FramedPage extends Omit<Page, 'wide'> {
  tab: Tab;
  /** What may just have happened, by the word behind `?done=`; see `done`. */
  notes?: Record<string, TextKey>;
}

/** The frame of all account pages: who may see them, the tabs, and what was just done. */
export interface AccountFrame {
  page<Data>(page: AccountPage<Data>): void;
  form(form: AccountForm): void;
  /** Answers with a page of the person's account. */
  render(ctx: Context, person: Person, page: FramedPage): Promise<void>;
  /** After a change: 303 to a page that says what was done. */
  done(ctx: Context, path: string, note: string): void;
  /** Whose session this is, for pages that others see too. */
  visitor(ctx: Context): Promise<Person | undefined>;
  /** The mounted tabs in their order, with their paths. */
  tabs(): { tab: Tab; path: string }[];
  /** Asks for a sign-in by which the person proves as much as `acr` says, and comes back to this path. */
  prove(ctx: Context, path: string, acr: string): void;
  /** Where a sign-up begins that carries an invitation and ends on `/account`. */
  signUpUrl(ctx: Context, invitation: string): string;
}

/** Opens the frame and mounts /account/return. */
export function openAccountFrame(deps: FrameDeps): AccountFrame {
  const { web, oidc, accounts } = deps;
  const mounted = new Map<Tab, string>();
  const tabs = () => TABS.flatMap((tab) => ({ tab, path: mounted.get(tab) ?? '' })).filter(({ path }) => path !== '');
  web.router.get('/account/return', (ctx) => returnFromSignIn(deps, ctx));
  return {
    tabs,
    prove: (ctx, path, acr) => web.redirect(ctx, signInUrl(deps, ctx, path, { prompt: 'login', acr_values: acr })),
    signUpUrl: (ctx, invitation) => signInUrl(deps, ctx, '/account', { prompt: 'create', invitation }),
    page({ path, fresh, tab, load, show }) {
      if (tab) mounted.set(tab, path);
      // What stands in a path is known when somebody comes.
      web.router.get(path, async (ctx) => {
        const session = await oidc.session(ctx);
        // Side by side, so that a page needs no more than three steps of the database.
        const data = session && load?.(session, ctx);
        const [person] = await Promise.all([admit(deps, ctx, session, { path: ctx.path, fresh }), data]);
        // A page without `load` has no data: its type says undefined.
        if (person) await show(ctx, person, (await data) as Awaited<NonNullable<typeof data>>);
      });
    },
    form({ path, fresh, page, submit }) {
      web.router.post(path, async (ctx) => {
        const fields = await web.form(ctx);
        const person = await admit(deps, ctx, await oidc.session(ctx), { path: page, fresh });
        if (person) await submit(ctx, person, fields);
      });
    },
    async render(ctx, person, { tab, notes = {}, locals, ...page }) {
      const t = web.t(ctx);
      const done = ctx.method === 'GET' && typeof ctx.query['done'] === 'string' ? ctx.query['done'] : '';
      const noted = Object.hasOwn(notes, done) ? notes[done] : undefined;
      const shown = tabs().map((one) => ({
        label: t(`account.tabs.${one.tab}`),
        href: one.path,
        current: one.tab === tab,
      }));
      const frame = { tabs: shown, person: describePerson(person), note: noted && t(noted) };
      await web.page(ctx, { ...page, wide: true, locals: { ...frame, problems: [], ...locals } });
    },
    done: (ctx, path, note) => web.redirect(ctx, `${path}?done=${note}`),
    async visitor(ctx) {
      const session = await oidc.session(ctx);
      const account = session && (await accounts.find(session.accountId));
      if (!account) return undefined;
      if (account.locale) web.note(ctx, { accountLocale: account.locale });
      return { session, account };
    },
  };
}

/** The person, or nobody: then the answer leads to a sign-in that comes back to this path. */
async function admit(
  deps: FrameDeps,
  ctx: Context,
  session: Session | undefined,
  { path, fresh }: Place,
): Promise<Person | undefined> {
  const account = session && (await settled(deps, session, fresh));
  if (!session || !account) {
    deps.web.redirect(ctx, signInUrl(deps, ctx, path));
    return undefined;
  }
  const again = fresh ? whatToProveAgain(session, account) : undefined;
  if (again) {
    deps.web.redirect(ctx, signInUrl(deps, ctx, path, again));
    return undefined;
  }
  if (account.found.locale) deps.web.note(ctx, { accountLocale: account.found.locale });
  return { session, account: account.found };
}

interface Settled {
  found: Account;
  hasOwnFactor: boolean;
  hasTotp: boolean;
}

/** Side by side, and only what is asked for. */
async function settled(
  { accounts, hasOwnFactor, hasTotp }: FrameDeps,
  { accountId, level }: Session,
  fresh = false,
): Promise<Settled | undefined> {
  const isWeak = fresh && !meets(level, 'mfa');
  const [found, own, second] = await Promise.all([
    accounts.find(accountId),
    hasOwnFactor(accountId),
    isWeak && hasTotp(accountId),
  ]);
  return found && { found, hasOwnFactor: own, hasTotp: second };
}

/** What a sensitive change asks for that the session does not prove; undefined when nothing is missing. */
function whatToProveAgain(
  session: Session,
  { found, hasOwnFactor, hasTotp }: Settled,
): { prompt: 'login'; acr_values?: 'mfa' } | undefined {
  const isWeak = !meets(session.level, 'mfa') && (found.secondStep || hasTotp);
  if (isWeak) return { prompt: 'login', acr_values: 'mfa' };
  return isFresh(session, hasOwnFactor) ? undefined : { prompt: 'login' };
}

/** Somebody else's word for the person is enough only where the account has nothing of its own. */
function isFresh({ signedInAt, amr }: Session, hasOwnFactor: boolean): boolean {
  const recent = epochSeconds() - signedInAt <= FRESH_SECONDS;
  return recent && (!hasOwnFactor || !amr.includes('fed'));
}

function describePerson({ account }: Person) {
  const { profile, address } = account;
  return {
    name: profile.name,
    email: address?.stored,
    verified: address?.verifiedAt !== undefined,
  };
}
