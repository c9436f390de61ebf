import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { mayUse } from '../clients/index.ts';
import type { Visit } from '../oidc/index.ts';
import { accountOfSession } from './account_of_session.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { atStep, moveTo, pathOf } from './steps.ts';

/** Whether the app of this visit is for this account. */
export function mayUseApp({ accounts }: Pick<SignInDeps, 'accounts'>, { client }: Visit, account: Account): boolean {
  const { address } = account;
  return mayUse(client.allow, {
    address: address?.verifiedAt ? address.stored : undefined,
    groups: accounts.groupsOf(account).map(({ name }) => name),
  });
}

/** Leads somebody who was proven, and may not use this app, to the page that says so. Nobody is signed in. */
export async function turnAway(deps: SignInDeps, ctx: Context, visit: Visit, { id }: Account): Promise<void> {
  await deps.record({ ...aboutVisit(visit), accountId: id, type: 'sign_in.not_allowed', outcome: 'refused' });
  await moveTo(deps, ctx, visit, { step: 'not-allowed', accountId: id });
}

/** The same for whoever came with a session that this app does not take. True when it led there. */
export async function turnSessionAway(deps: SignInDeps, ctx: Context, visit: Visit): Promise<boolean> {
  if (!visit.prompt.reasons.includes('not_allowed')) return false;
  const account = await accountOfSession(deps, visit);
  if (!account || mayUseApp(deps, visit, account)) return false;
  await turnAway(deps, ctx, visit, account);
  return true;
}

/** "This account cannot be used here": another one may, and the app hears `access_denied`. */
export const showNotAllowed = atStep('not-allowed', async ({ web, accounts }, ctx, visit, { accountId }) => {
  const account = await accounts.find(accountId);
  await web.page(ctx, {
    view: 'sign_in/not_allowed',
    screen: 'not-allowed',
    title: web.t(ctx)('sign_in.not_allowed.title'),
    status: 403,
    formTargets: [visit.formTarget],
    locals: {
      app: visit.client.name,
      address: account?.address?.stored,
      otherAction: pathOf(visit, 'start-again'),
      cancelAction: pathOf(visit, 'cancel'),
    },
  });
});
