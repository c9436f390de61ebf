import type { Context } from 'koa';
import { transact } from '../accounts/index.ts';
import type { Translate } from '../locales/index.ts';
import { problem, refusedForNow, type Shown } from '../web/index.ts';
import { newPasswordField, newPasswordProblems, queueNotice } from './new_password.ts';
import type { PasswordPagesDeps, Person } from './page_deps.ts';
import { postgresPasswordStore } from './password_store.ts';
import { passwordTries } from './password_tries.ts';

const CHANGE = '/account/password';
const SET = '/account/password/set';
const DONE = '/account/security';

/**
 * `/account/password`: a new password for whoever knows the old one (ASVS 5.0 6.2.3); `/account/password/set`: the first one,
 * after a fresh sign-in. Each leads to the other when it is not the right one.
 */
export function mountAccountPage(deps: PasswordPagesDeps): void {
  const { frame, passwords, web } = deps;
  const load = ({ accountId }: { accountId: string }) => passwords.has(accountId);
  frame.page({
    path: CHANGE,
    load,
    show: async (ctx, person, has) => (has ? show(deps, ctx, person, CHANGE, {}) : web.redirect(ctx, SET)),
  });
  frame.page({
    path: SET,
    fresh: true,
    load,
    show: async (ctx, person, has) => (has ? web.redirect(ctx, CHANGE) : show(deps, ctx, person, SET, {})),
  });
  frame.form({ path: CHANGE, page: CHANGE, submit: (ctx, person, fields) => change(deps, ctx, person, fields) });
  frame.form({ path: SET, page: SET, fresh: true, submit: (ctx, person, fields) => set(deps, ctx, person, fields) });
}

/** How the security page tells of the password. */
export function passwordCard({ database }: Pick<PasswordPagesDeps, 'database'>) {
  return async (accountId: string) => {
    const changedAt = await postgresPasswordStore(database.knex).changedAt(accountId);
    return (t: Translate) => ({
      title: t('common.password'),
      text: changedAt ? t('passwords.card.changed', { date: changedAt.toISOString() }) : t('passwords.card.not_set'),
      action: { label: t(changedAt ? 'passwords.card.change' : 'passwords.card.set'), href: CHANGE },
    });
  };
}

async function show(
  deps: PasswordPagesDeps,
  ctx: Context,
  person: Person,
  path: typeof CHANGE | typeof SET,
  { status, problems = [] }: Shown,
  endOthers = true,
): Promise<void> {
  const has = path === CHANGE;
  await deps.frame.render(ctx, person, {
    view: 'passwords/account_password',
    screen: 'account-security',
    tab: 'security',
    title: deps.web.t(ctx)(has ? 'passwords.change.title' : 'passwords.set.title'),
    status,
    locals: { ...newPasswordField(deps, person.account), action: path, has, endOthers, problems },
  });
}

async function change(
  deps: PasswordPagesDeps,
  ctx: Context,
  person: Person,
  { password = '', new_password: chosen = '', end_others: ticked }: Record<string, string>,
): Promise<void> {
  const { web, passwords, record, database } = deps;
  const { account } = person;
  const again = (shown: Shown) => show(deps, ctx, person, CHANGE, shown, ticked === '1');
  const since = await postgresPasswordStore(database.knex).changedAt(account.id);
  if (!since) return web.redirect(ctx, SET);
  const problems = [
    ...(password === '' ? [problem(web.t(ctx), 'sign_in.problems.password_missing', 'password')] : []),
    ...(await newPasswordProblems(deps, ctx, chosen, account.address?.canonical)),
  ];
  if (problems.length > 0) return again({ status: 422, problems });
  // A session that was stolen into many browsers is one.
  const tries = passwordTries(deps, ctx, { address: account.id, known: 'signed in' });
  const refused = await tries.take();
  if (refused) return again(refusedForNow(ctx, web.t(ctx), refused.retryAfter));
  if (!(await passwords.verify(account.id, password))) {
    await record({ type: 'passwords.current_wrong', outcome: 'refused', accountId: account.id });
    return again({ status: 401, problems: [problem(web.t(ctx), 'sign_in.problems.password_wrong', 'password')] });
  }
  await database.together(tries.forgiving());
  if (!(await put(deps, ctx, person, chosen, { since, endOthers: ticked === '1' }))) return web.redirect(ctx, CHANGE);
  deps.frame.done(ctx, DONE, 'password_changed');
}

async function set(
  deps: PasswordPagesDeps,
  ctx: Context,
  person: Person,
  { new_password: chosen = '', end_others: ticked }: Record<string, string>,
): Promise<void> {
  const { address } = person.account;
  const problems = await newPasswordProblems(deps, ctx, chosen, address?.canonical);
  if (problems.length > 0) return show(deps, ctx, person, SET, { status: 422, problems }, ticked === '1');
  const done = await put(deps, ctx, person, chosen, { since: undefined, endOthers: ticked === '1' });
  if (!done) return deps.web.redirect(ctx, CHANGE);
  deps.frame.done(ctx, DONE, 'password_set');
}

/** False when the password became another one since the person was asked: a reset that comes meanwhile wins. */
async function put(
  deps: PasswordPagesDeps,
  ctx: Context,
  { account, session }: Person,
  chosen: string,
  { since, endOthers }: { since: Date | undefined; endOthers: boolean },
): Promise<boolean> {
  const { database, accounts, passwords, oidc, mail, record, web } = deps;
  const passwordHash = await passwords.hash(chosen);
  const changed = await transact(database, async (within) => {
    await accounts.hold(within, account.id);
    if (!(await postgresPasswordStore(within).replace(account.id, passwordHash, since))) return false;
    await accounts.dropPending(within, account.id);
    await queueNotice(deps, ctx, within, account);
    if (endOthers) await oidc.endOtherSessions(account.id, session.uid, within);
    return true;
  });
  if (!changed) return false;
  mail.wake();
  const about = { outcome: 'ok' as const, accountId: account.id, reference: web.referenceOf(ctx) };
  await record({
    ...about,
    type: 'passwords.changed',
    detail: { first: since === undefined, others_ended: endOthers },
  });
  return true;
}
