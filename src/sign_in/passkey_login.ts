import { goHome } from './go_home.ts';
import { goOn } from './go_on.ts';
import { accountOfSession } from './account_of_session.ts';
import { showLoginAgain } from './login.ts';
import { answering, bound, refusalOf, type PasskeyRefused } from './passkey_asking.ts';
import type { Handler } from './steps.ts';
import { requireLocal } from './ways.ts';

/** Options for whoever is at the login page: for any passkey, or for those of the account that must sign in again. */
export const askAtLogin: Handler = async (deps, ctx, visit) => {
  await deps.web.form(ctx);
  requireLocal(visit);
  const same = await accountOfSession(deps, visit);
  ctx.body = await deps.passkeys.askFor(bound(visit, 'sign_in', same?.id));
};

/**
 * A passkey instead of address and password, for the same ways, accounts and "Keep me signed in". It is counted apart from
 * passwords: whoever is kept from guessing those keeps nobody from using a passkey.
 */
export const submitPasskey: Handler = async (deps, ctx, visit) => {
  const { web, passkeys } = deps;
  const { answer = '', email = '', remember } = await web.form(ctx);
  requireLocal(visit);
  const same = await accountOfSession(deps, visit);
  const again = (shown: PasskeyRefused) => showLoginAgain(deps, ctx, visit, shown, { email, remember });
  const proof = await passkeys.prove(bound(visit, 'sign_in', same?.id), answer, answering(deps, ctx, visit));
  if (!proof.ok) return again(refusalOf(deps, ctx, proof));
  const { account, methods } = proof;
  if (await goHome(deps, ctx, visit, account.address, { byPassword: true, again })) return;
  const decision = account.address?.verifiedAt ? 'sign_in' : 'verify_address_first';
  const manner = { methods: [...methods], remember: remember === '1' };
  await goOn(deps, ctx, visit, { decision, account }, { manner, again });
};
