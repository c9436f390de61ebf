import type { Account } from './account.ts';
import { cleanArrival, identityOf } from './arriving.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Joined, WaitingLink } from './arrival_door.ts';
import type { VisitBinding } from './door.ts';
import { isForgotten } from './forget_proofs.ts';
import type { Owner } from './hold_account.ts';
import { joinIdentity, type Joining } from './joining.ts';
import { linkStamp } from './link_stamp.ts';
import { postgresAccountStore } from './postgres_account_store.ts';

type About = Pick<VisitBinding, 'reference'>;

/** Joins an identity that waited in its visit, while the account is what it was then. */
export function join(
  deps: AccountsDeps,
  { accountId, arrival, provenByCode, stamp }: WaitingLink,
  about: About,
): Promise<Joined> {
  const holds = async (account: Account) => linkStamp(account) === stamp;
  return joinProven(deps, { accountId, arrival, provenByCode, holds }, about);
}

/** Joins what somebody chose on their own pages, to whose session it is, unless that was ended meanwhile. */
export function connect(
  deps: AccountsDeps,
  { accountId, signedInAt }: Owner,
  arrival: Arrival,
  about: About,
): Promise<Joined> {
  const holds = async (account: Account) => !isForgotten(signedInAt, account);
  return joinProven(deps, { accountId, arrival, provenByCode: false, holds }, about);
}

async function joinProven(
  deps: AccountsDeps,
  {
    accountId,
    arrival: arriving,
    ...proof
  }: { accountId: string; arrival: Arrival } & Pick<Joining, 'provenByCode' | 'holds'>,
  about: About,
): Promise<Joined> {
  const { database, mail, policy, record } = deps;
  const { upstreamId } = arriving;
  const upstream = policy.upstream(upstreamId);
  const arrival = cleanArrival(arriving);
  const joined = await database.knex.transaction(async (within): Promise<Joined> => {
    if (!arrival) return { ok: false, reason: 'unusable' };
    const account = await postgresAccountStore(within).find(accountId);
    if (!account || !upstream) return { ok: false, reason: 'disabled' };
    const joining = { arrival, identity: identityOf(arrival), upstream, ...proof };
    return joinIdentity(deps, within, account, joining, about);
  });
  mail.wake();
  await record({
    type: 'accounts.identity_joined',
    outcome: joined.ok ? 'ok' : 'refused',
    reason: joined.ok ? undefined : joined.reason,
    reference: about.reference,
    accountId,
    upstreamId,
  });
  return joined;
}
