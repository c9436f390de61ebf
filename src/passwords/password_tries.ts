import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { RateLimiter } from '../rate_limits/index.ts';
import type { Web } from '../web/index.ts';

/** The tries at one address from one browser. */
export interface PasswordTries {
  /** Counts one; says how long to wait when there were too many. */
  take(): Promise<{ retryAfter: number } | undefined>;
  /** The password was right: it was no guess. */
  forgive(): Promise<void>;
}

/** What counting stands on. */
interface TriesDeps {
  web: Pick<Web, 'clientAddress'>;
  oidc: Pick<Oidc, 'remembered'>;
  limits: RateLimiter;
}

/** Whose password is tried, and where. `signedIn`: that account has a session on this browser. */
interface Tried {
  address: string;
  account?: Account;
  browserHash: string;
  signedIn?: true;
}

/**
 * Counts per address, and per client address against those who try many addresses. A browser that the account knows has
 * a count of its own, so that strangers cannot lock its owner out. Counts alike for addresses nobody has.
 */
export async function passwordTries(
  { limits, oidc, web }: TriesDeps,
  ctx: Context,
  { address, account, browserHash, signedIn }: Tried,
): Promise<PasswordTries> {
  const remembered = signedIn ? [] : await oidc.remembered(browserHash);
  const known = signedIn ?? (account !== undefined && remembered.includes(account.id));
  // A session that was stolen into many browsers is one.
  const where = signedIn ? 'signed in' : browserHash;
  const [rule, key] = known
    ? (['login_browser', `${where} ${account?.id}`] as const)
    : (['login_account', address] as const);
  const clientAddress = web.clientAddress(ctx);
  return {
    async take() {
      const [own, all] = await Promise.all([limits.take(rule, key), limits.take('login_address', clientAddress)]);
      if (!own.ok) return own;
      return all.ok ? undefined : all;
    },
    async forgive() {
      await Promise.all([limits.reset(rule, key), limits.giveBack('login_address', clientAddress)]);
    },
  };
}
