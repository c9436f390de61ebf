import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';
import { showLogin, submitLogin } from './login.ts';
import { stepOf } from './steps.ts';

/**
 * The accounts this browser knows: the one of its session and those that asked to be remembered. One browser has one
 * session: any other account signs in again. OIDC Core 3.1.2.1, prompt=select_account.
 */
export async function showChooser(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, oidc } = deps;
  const accounts = await knownAccounts(deps, ctx, visit);
  const step = stepOf(visit);
  if (accounts.length === 0 || (step.step === 'start' && (step.anyone || step.email)))
    return showLogin(deps, ctx, visit);
  const session = await oidc.session(ctx);
  await web.page(ctx, {
    view: 'sign_in/choose_account',
    screen: 'choose-account',
    title: web.t(ctx)('sign_in.choose_account.title', { app: visit.client.name }),
    formTargets: [visit.formTarget],
    locals: {
      app: visit.client.name,
      accounts: accounts.map((account) => ({
        id: account.id,
        name: account.profile.name,
        email: account.address?.stored,
        signedIn: account.id === session?.accountId,
        action: `/interaction/${visit.uid}/choose/${account.id}`,
        forgetAction: account.id === session?.accountId ? undefined : `/interaction/${visit.uid}/forget/${account.id}`,
      })),
      otherAction: `/interaction/${visit.uid}/start-again`,
      cancelAction: `/interaction/${visit.uid}/cancel`,
    },
  });
}

/** The chooser's own page has one form per account; what is posted here comes from the login page shown in its place. */
export const submitChooser = submitLogin;

/** The account of the session goes on at once; any other is asked to sign in. */
export async function chooseAccount(deps: SignInDeps, ctx: Context, visit: Visit, accountId: string): Promise<void> {
  const { web, oidc } = deps;
  await web.form(ctx);
  const chosen = (await knownAccounts(deps, ctx, visit)).find((account) => account.id === accountId);
  if (!chosen) throw new IdpError('not_found', { reference: visit.reference });
  const session = await oidc.session(ctx);
  if (session?.accountId === chosen.id) return web.redirect(ctx, await oidc.finish(visit, {}));
  await oidc.progress(visit.uid, { step: 'start', email: chosen.address?.stored });
  web.redirect(ctx, `/interaction/${visit.uid}`);
}

/** Takes an account off this browser's list; its session, if it has one, stays. */
export async function forgetAccount(deps: SignInDeps, ctx: Context, visit: Visit, accountId: string): Promise<void> {
  await deps.web.form(ctx);
  await deps.oidc.forget(visit.browserHash, accountId);
  deps.web.redirect(ctx, `/interaction/${visit.uid}`);
}

async function knownAccounts({ accounts, oidc }: SignInDeps, ctx: Context, visit: Visit): Promise<Account[]> {
  const session = await oidc.session(ctx);
  const ids = new Set([...(session ? [session.accountId] : []), ...(await oidc.remembered(visit.browserHash))]);
  const found = await Promise.all([...ids].map((id) => accounts.find(id)));
  return found.filter((account): account is Account => account !== undefined && account.disabledAt === undefined);
}
