import { createQueueWorker, secondsUntilRetry, type QueueWorker } from '../../../database/index.ts';
import type { RecordEvent } from '../../../events/index.ts';
import { inSeconds } from '../../../kit/clock.ts';
import { describeError } from '../../../kit/errors.ts';
import type { Logger } from '../../../kit/logger.ts';
import type { Outbound } from '../../../outbound/index.ts';
import type { UpstreamDefinition } from '../../definition.ts';
import type { Tokens, UpstreamIdentity } from '../../upstream.ts';
import type { Sides } from '../sides.ts';
import { requestRevocation, type Revoked } from './request_revocation.ts';
import type { DueToken, TokenStore } from './token_store.ts';

/** What ending connections at upstreams works with. */
interface RevocationsDeps {
  store: TokenStore;
  find: Sides['find'];
  fetch: Outbound['fetch'];
  record: RecordEvent;
  logger: Logger;
}

/** Ends connections at their upstreams once they have ended here, until that is done or was tried for about two days. */
export interface Revocations extends QueueWorker {
  /** Keeps what this will take, where the config says so. */
  keep(definition: UpstreamDefinition, identity: UpstreamIdentity, tokens: Tokens): Promise<void>;
}

const MOST_TRIES = 60;

/** Revocations over their store. */
export function createRevocations(deps: RevocationsDeps): Revocations {
  return {
    ...createQueueWorker({
      takeNext: () => endNext(deps),
      unreadable: (cause) =>
        deps.logger.warn({ error: describeError(cause) }, 'the connections to end could not be read'),
    }),
    async keep({ id, store_tokens: kept, lifecycle }, { issuer, subject }, tokens) {
      if (kept !== 'refresh' || !lifecycle?.revocation) return;
      const { token } = lifecycle.revocation;
      const value = token === 'access_token' ? tokens.accessToken : token && tokens.refreshToken;
      await deps.store.keep({ upstreamId: id, issuer, subject }, value);
    },
  };
}

/** False when none is due. */
async function endNext(deps: RevocationsDeps): Promise<boolean> {
  const due = await deps.store.takeDue();
  if (!due) return false;
  const outcome = await end(deps, due).catch(() => 'try_again' as const);
  const about = { upstreamId: due.key.upstreamId, detail: { tries: due.tries } };
  if (outcome === 'try_again' && due.tries < MOST_TRIES) {
    await deps.store.tryAgain(due, inSeconds(secondsUntilRetry(due.tries)));
    if (due.tries === 1) await deps.record({ type: 'upstreams.revocation_failed', outcome: 'failed', ...about });
    return true;
  }
  await deps.store.done(due);
  if (outcome === 'try_again') {
    await deps.record({ type: 'upstreams.revocation_given_up', outcome: 'failed', ...about });
  } else {
    await deps.record({ type: 'upstreams.connection_ended', outcome: 'ok', reason: outcome, ...about });
  }
  return true;
}

/** Nothing is asked of an upstream that left the config, or for which no token was ever kept. */
async function end({ find, fetch }: RevocationsDeps, { key, token }: DueToken): Promise<Revoked> {
  const upstream = find(key.upstreamId);
  const revocation = upstream?.definition.lifecycle?.revocation;
  if (!upstream || !revocation || (revocation.token && token === undefined)) return 'over';
  const { endpoints } = await upstream.metadata.required();
  const { definition } = upstream;
  return requestRevocation({ definition, endpoints, fetch }, revocation, { subject: key.subject, token });
}
