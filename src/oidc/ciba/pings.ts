import type Provider from 'oidc-provider';
import { createQueueWorker, secondsUntilRetry, type QueueWorker } from '../../database/index.ts';
import type { Sealer } from '../../keys/index.ts';
import { inSeconds } from '../../kit/clock.ts';
import { describeError } from '../../kit/errors.ts';
import type { OidcDeps } from '../deps.ts';
import { takeDue, tellAgain } from './requests.ts';

interface PingsDeps extends Pick<OidcDeps, 'database' | 'record' | 'logger'> {
  sealer: Sealer;
  /** The engine of this moment: it knows where the app wants to be told. */
  provider: () => Provider;
}

/** Longer than any try may take, so that nobody else tells the same app meanwhile. */
const LEASE = 60;

/** Tells apps that there is an answer (CIBA 10.2), until they have heard it or the request is over. */
export function createPings(deps: PingsDeps): QueueWorker {
  return createQueueWorker({
    takeNext: () => tellNext(deps),
    unreadable: (cause) => deps.logger.warn({ error: describeError(cause) }, 'the apps to ping could not be read'),
  });
}

/** Tells the app that has waited for longest; false when none waits. */
async function tellNext({ database, sealer, provider, record }: PingsDeps): Promise<boolean> {
  const next = await takeDue(database, sealer, LEASE);
  if (!next) return false;
  const { id, payload, tries } = next;
  try {
    await tell(provider(), String(payload.jti), String(payload.clientId));
  } catch {
    await tellAgain(database, id, inSeconds(secondsUntilRetry(tries)));
    const { accountId, clientId } = payload;
    if (tries === 1) await record({ type: 'oidc.ping_failed', outcome: 'failed', accountId, clientId });
    return true;
  }
  await tellAgain(database, id, undefined);
  return true;
}

/** An app that left the config, does not want to know any more, or asks too late anyway, is told nothing. */
async function tell(provider: Provider, authReqId: string, clientId: string): Promise<void> {
  const client = await provider.Client.find(clientId);
  const request = await provider.BackchannelAuthenticationRequest.find(authReqId);
  if (!request || client?.['backchannelTokenDeliveryMode'] !== 'ping') return;
  // The library's types leave its methods out.
  const ping: unknown = client['backchannelPing'];
  if (typeof ping === 'function') await ping.call(client, request);
}
