import type { Context } from 'koa';
import type { Step } from '../database/index.ts';
import { networkOf, type LimitKeys, type RateLimiter } from '../rate_limits/index.ts';
import type { Web } from '../web/index.ts';

/** The tries at one address from one browser. */
export interface PasswordTries {
  /** Counts one; says how long to wait when there were too many. */
  take(): Promise<{ retryAfter: number } | undefined>;
  /** The password was right, it was no guess: steps for the transaction that keeps the event of it. */
  forgiving(): Step[];
  /** The password was wrong. */
  fail(): Promise<void>;
}

/** What counting stands on. */
interface TriesDeps {
  web: Pick<Web, 'clientAddress'>;
  limits: Pick<RateLimiter, 'take' | 'takeAll' | 'forgiving' | 'isSpent'>;
}

/** Whose password is tried. `known`: by what the account knows whoever tries, a browser it was signed in to on or a session. */
interface Tried {
  address: string;
  known: string | undefined;
}

/**
 * Counts what the account knows by itself, so that strangers cannot lock its owner out. All others are counted by network,
 * by network and address, and by address; alike for addresses nobody has. When too many fail all over the world, each
 * network has only a few tries, and nobody is refused for what others did.
 */
export function passwordTries({ limits, web }: TriesDeps, ctx: Context, { address, known }: Tried): PasswordTries {
  const client = web.clientAddress(ctx);
  const own: LimitKeys = known
    ? { login_browser: `${known} ${address}` }
    : { login_pair: `${address} ${networkOf(client)}` };
  const rush: LimitKeys = limits.isSpent('login_total') ? { login_rush: client } : {};
  const shared: LimitKeys = known ? {} : { login_address: client, ...rush, login_account: address };
  return {
    async take() {
      const taken = await limits.takeAll({ ...own, ...shared });
      return taken.ok ? undefined : taken;
    },
    forgiving: () => limits.forgiving({ reset: own, giveBack: shared }),
    async fail() {
      if (!known) await limits.take('login_total', '');
    },
  };
}
