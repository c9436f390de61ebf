import type { Context } from 'koa';
import { epochSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { moveTo, type Manner } from './steps.ts';

/** Who was proven, how, and when in seconds since 1970: the time of the login, however long a page in between stays open. */
interface Proven {
  accountId: string;
  manner: Manner;
  provenAt: number;
}

const LAST_UPSTREAM_SECONDS = 365 * 86_400;

/**
 * Ends the login step once everything is proven, or asks first when this browser is signed in as somebody else.
 * Refuses a disabled account: this is the one way to a session, whatever was proven before.
 */
export async function finishSignIn(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  accountId: string,
  manner: Manner,
): Promise<void> {
  const session = await deps.oidc.session(ctx);
  if (session && session.accountId !== accountId) {
    return moveTo(deps, ctx, visit, { step: 'switch-account', accountId, manner, provenAt: epochSeconds() });
  }
  await completeSignIn(deps, ctx, visit, { accountId, manner, provenAt: epochSeconds() });
}

/** As finishSignIn, for someone who has agreed to replace the session of this browser. */
export async function completeSignIn(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { accountId, manner, provenAt }: Proven,
): Promise<void> {
  const { accounts, oidc, record, web } = deps;
  const { method, remember, upstreamId } = manner;
  const account = await accounts.find(accountId);
  const about = { ...aboutVisit(visit), upstreamId, accountId: account?.id };
  if (!account || account.disabledAt) {
    await record({ ...about, type: 'sign_in.account_disabled', outcome: 'refused' });
    throw new IdpError('account_disabled', { reference: visit.reference });
  }
  if (!account.address?.verifiedAt) {
    throw new IdpError('internal', { cause: new Error('a login without a verified address') });
  }
  if (remember) await oidc.remember(visit.browserHash, account.id);
  if (upstreamId) web.cookies.set(ctx, 'last_upstream', upstreamId, { maxAge: LAST_UPSTREAM_SECONDS });
  await record({ ...about, type: 'sign_in.completed', outcome: 'ok', detail: { method } });
  web.redirect(ctx, await oidc.finish(visit, { login: { accountId: account.id, amr: [method], remember, provenAt } }));
}
