import type { Context } from 'koa';
import { isUsable, type Account } from '../accounts/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Session, Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { showLogin } from './login.ts';
import { firstPage } from './notes.ts';
import { moveTo, pathOf, stepOf } from './steps.ts';

/**
 * The accounts this browser knows: the one of its session and those that asked to be remembered. One browser has one
 * session: any other account signs in again. OIDC Core 3.1.2.1, prompt=select_account.
 */
export async function showChooser(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web } = deps;
  const { accounts, session } = await knownAccounts(deps, ctx, visit);
  const step = stepOf(visit);
  const decided = step.step === 'start' && (step.anyone || step.email !== undefined);
  if (accounts.length === 0 || decided) return showLogin(deps, ctx, visit);
  const { note, problems, retry, ...shown } = firstPage(deps, ctx, visit, {});
  await web.page(ctx, {
    view: 'sign_in/choose_account',
    screen: 'choose-account',
    title: web.t(ctx)('sign_in.choose_account.title', { app: visit.client.name }),
    formTargets: [visit.formTarget],
    ...shown,
    locals: {
      app: visit.client.name,
      accounts: accounts.map((account) => ({
        id: account.id,
        name: account.profile.name,
        email: account.address?.stored,
        signedIn: account.id === session?.accountId,
        action: pathOf(visit, `choose/${account.id}`),
        forgetAction: account.id === session?.accountId ? undefined : pathOf(visit, `forget/${account.id}`),
      })),
      otherAction: pathOf(visit, 'start-again'),
      cancelAction: pathOf(visit, 'cancel'),
      note,
      problems,
      retry,
    },
  });
}

/** The account of the session goes on at once; any other is asked to sign in. */
export async function chooseAccount(deps: SignInDeps, ctx: Context, visit: Visit, accountId: string): Promise<void> {
  const { web, oidc } = deps;
  await web.form(ctx);
  const { accounts, session } = await knownAccounts(deps, ctx, visit);
  const chosen = accounts.find((account) => account.id === accountId);
  if (!chosen) throw new IdpError('not_found', { reference: visit.reference });
  if (session?.accountId === chosen.id) return web.redirect(ctx, await oidc.finish(visit, {}));
  await moveTo(deps, ctx, visit, { step: 'start', email: chosen.address?.stored });
}

/** Takes an account off this browser's list; its session, if it has one, stays. */
export async function forgetAccount(deps: SignInDeps, ctx: Context, visit: Visit, accountId: string): Promise<void> {
  await deps.web.form(ctx);
  await deps.oidc.forget(visit.browserHash, accountId);
  deps.web.redirect(ctx, pathOf(visit));
}

async function knownAccounts(
  { accounts, oidc }: SignInDeps,
  ctx: Context,
  visit: Visit,
): Promise<{ accounts: Account[]; session?: Session }> {
  const session = await oidc.session(ctx);
  const ids = new Set([...(session ? [session.accountId] : []), ...(await oidc.remembered(visit.browserHash))]);
  const found = await Promise.all([...ids].map((id) => accounts.find(id)));
  return { accounts: found.filter((account) => account !== undefined).filter(isUsable), session };
}
