import type { Context } from 'koa';
import type { Identity } from '../accounts/index.ts';
import type { ErrorCode } from '../kit/errors.ts';
import type { TextKey } from '../locales/index.ts';
import type { AccountPagesDeps } from './page_deps.ts';

/** The page that lists the identities of an account. */
export const IDENTITIES = '/account/identities';

/** How something ended, as the page says it. */
export interface Ending {
  note?: string;
  problems?: { text: string }[];
  status?: number;
  error?: ErrorCode;
  /** Offers to set a password first. */
  lastWayIn?: boolean;
}

/** What may have happened, by the word behind `?done=`. Cancelling is a notice, a failure has its code. */
const endings = {
  connected: { note: 'account.identities.connected' },
  disconnected: { note: 'account.identities.disconnected' },
  cancelled: { note: 'account.identities.cancelled', error: 'upstream_cancelled' },
  over: { problem: 'account.identities.over', status: 400 },
  taken: { problem: 'account.identities.taken', status: 409 },
  upstream_taken: { problem: 'account.identities.upstream_taken', status: 409 },
  denied: { problem: 'upstreams.denied', status: 403 },
  upstream_failed: { problem: 'account.identities.failed', status: 400, error: 'upstream_failed' },
  upstream_unavailable: { problem: 'upstreams.unavailable', status: 503, error: 'upstream_unavailable' },
  upstream_misconfigured: { problem: 'upstreams.misconfigured', status: 400, error: 'upstream_misconfigured' },
} as const satisfies Record<string, { note?: TextKey; problem?: TextKey; status?: number; error?: ErrorCode }>;

/** How a trip to an upstream, or a change, ended. */
export type EndingName = keyof typeof endings;

/** Goes to the page, which says how it ended. */
export function end({ web }: AccountPagesDeps, ctx: Context, name: EndingName, upstreamId: string): void {
  web.redirect(ctx, `${IDENTITIES}?done=${name}&upstream=${encodeURIComponent(upstreamId)}`);
}

/** What the page says about what just happened; only upstreams that somebody knows are named. */
export function endingOf({ web, upstreams }: AccountPagesDeps, ctx: Context, identities: Identity[]): Ending {
  const { done, upstream: id } = ctx.query;
  const name = upstreams.list().find((upstream) => upstream.id === id)?.name;
  if (name === undefined || !isEnding(done)) return {};
  // A trip that was made twice: the first time has connected it.
  if (done === 'over' && identities.some(({ upstreamId }) => upstreamId === id)) return {};
  const ending: { note?: TextKey; problem?: TextKey; status?: number; error?: ErrorCode } = endings[done];
  const say = (key: TextKey) => web.t(ctx)(key, { upstream: name, name });
  const { status, error } = ending;
  return {
    status,
    error,
    note: ending.note && say(ending.note),
    problems: ending.problem && [{ text: say(ending.problem) }],
  };
}

function isEnding(word: unknown): word is EndingName {
  return typeof word === 'string' && Object.hasOwn(endings, word);
}
