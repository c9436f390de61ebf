import { LOCAL_WAY, takes } from '../clients/index.ts';
import { domainOf, type Address } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import type { ListedUpstream } from '../upstreams/index.ts';
import type { SignInDeps } from './deps.ts';

/** The upstreams through which people may come to the app of this visit, in config order. */
export function offeredUpstreams({ upstreams }: Pick<SignInDeps, 'upstreams'>, visit: Visit): ListedUpstream[] {
  return upstreams.list().filter(({ id }) => takesWay(visit, id));
}

/** Whether the app of this visit takes people who come this way; an address and a password unless an upstream is named. */
export function takesWay({ client }: Visit, upstreamId: string = LOCAL_WAY): boolean {
  return takes(client.upstreams, upstreamId);
}

/** Throws `not_found` where the app takes no passwords: none of the pages that lead to one is there then. */
export function requireLocal(visit: Visit): void {
  if (!takesWay(visit)) throw new IdpError('not_found', { reference: visit.reference });
}

/** Whether nobody could come to the app of this visit by any other way: cancelling there is cancelling everything. */
export function isOnlyWay(deps: SignInDeps, visit: Visit, upstreamId: string): boolean {
  return !takesWay(visit) && offeredUpstreams(deps, visit).every(({ id }) => id === upstreamId);
}

/** The upstream to which an address belongs by its domain. Looks at the address alone, so that it tells nothing of accounts. */
export function homeOf({ upstreams }: Pick<SignInDeps, 'upstreams'>, address?: Address): ListedUpstream | undefined {
  const domain = address && domainOf(address.canonical);
  return domain === undefined ? undefined : upstreams.list().find(({ domains }) => domains.includes(domain));
}

/** Whether people with this address may use a password of ours at the app of this visit. */
export function mayUsePassword(deps: SignInDeps, visit: Visit, address?: Address): boolean {
  return takesWay(visit) && mayHavePassword(deps, address);
}

/** Whether a password of ours says anything about whose address this is: not where its upstream leaves no choice. */
export function mayHavePassword(deps: Pick<SignInDeps, 'upstreams'>, address?: Address): boolean {
  return homeOf(deps, address)?.localPasswords ?? true;
}
