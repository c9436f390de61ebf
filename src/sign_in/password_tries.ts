import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import type { SignInDeps } from './deps.ts';

/** The tries at one address from one browser. */
export interface PasswordTries {
  /** Counts one; says how long to wait when there were too many. */
  take(): Promise<{ retryAfter: number } | undefined>;
  /** The password was right: it was no guess. */
  forgive(): Promise<void>;
}

/**
 * Counts per address, and per client address against those who try many addresses. A browser that the account knows has
 * a count of its own, so that strangers cannot lock its owner out. Counts alike for addresses nobody has.
 */
export async function passwordTries(
  { limits, oidc, web }: SignInDeps,
  ctx: Context,
  visit: Visit,
  typed: { address: string; account?: Account },
): Promise<PasswordTries> {
  const remembered = await oidc.remembered(visit.browserHash);
  const known = typed.account !== undefined && remembered.includes(typed.account.id);
  const [rule, key] = known
    ? (['login_browser', `${visit.browserHash} ${typed.account?.id}`] as const)
    : (['login_account', typed.address] as const);
  const clientAddress = web.clientAddress(ctx);
  return {
    async take() {
      const own = await limits.take(rule, key);
      const all = await limits.take('login_address', clientAddress);
      if (!own.ok) return own;
      return all.ok ? undefined : all;
    },
    async forgive() {
      await limits.reset(rule, key);
      await limits.giveBack('login_address', clientAddress);
    },
  };
}
