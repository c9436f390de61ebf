import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Address } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import { AddressTaken, isShell, isUsable, type Account, type NewIdentity } from './account.ts';
import { lockAddress } from './address_lock.ts';
import { addressOf, identityOf } from './arriving.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Outcome } from './arrival_door.ts';
import type { VisitBinding } from './door.ts';
import { admit } from './admission.ts';
import { withGroupsOf } from './groups.ts';
import { joinIdentity } from './joining.ts';
import { linkStamp, ownerOfMailbox } from './link_stamp.ts';
import {
  decideLinking,
  waysToProve,
  type Linking,
  type LinkingDecision,
  type LinkingFacts,
  type Ways,
} from './linking.ts';
import { postgresAccountStore } from './postgres_account_store.ts';
import { postgresIdentityStore } from './postgres_identity_store.ts';
import { profileOf } from './profile.ts';

/** What the rule needs to know, as this transaction sees it. */
interface Scene {
  arrival: Arrival;
  identity: NewIdentity;
  address?: Address;
  upstream: { name: string; linking: Linking };
  provenByCode: boolean;
  /** Whom the identity opens, else who has the address. */
  account?: Account;
  ways?: Ways;
}

type Standing = NonNullable<LinkingFacts['account']> & { ways: Ways };

/**
 * Gathers the facts, decides and acts within one transaction: nothing changes between the decision and the deed. `code` is a
 * right one from a mail to the address, for whoever had it then.
 */
export async function settleArrival(
  deps: AccountsDeps,
  within: Knex,
  { arrival, code }: { arrival: Arrival; code?: { stamp?: string } },
  visit: VisitBinding,
): Promise<Outcome> {
  const upstream = deps.policy.upstream(arrival.upstreamId);
  if (!upstream) return { decision: 'refuse_upstream' };
  const identity = identityOf(arrival);
  const { address, trust } = addressOf(arrival);
  const scene: Scene = { arrival, identity, address, upstream, provenByCode: false };
  // Most people come back: they need no lock, for a known identity decides alone.
  const returning = await ownerOf(within, identity);
  if (returning) return act(deps, within, { ...scene, account: returning }, decideReturn(returning, scene), visit);

  if (address) await lockAddress(within, address.canonical);
  const meanwhile = await ownerOf(within, identity);
  if (meanwhile) return act(deps, within, { ...scene, account: meanwhile }, decideReturn(meanwhile, scene), visit);
  const account = address && (await postgresAccountStore(within).findByAddress(address.canonical));
  const standing = account && (await standingOf(deps, within, account, arrival.upstreamId));
  // The mail spoke of that account, or of none: what it proves of another one, nobody was told.
  const provenByCode = code !== undefined && code.stamp === ownerOfMailbox(account).stamp;
  const decision = decideLinking({ trust, provenByCode, linking: upstream.linking, account: standing });
  return act(deps, within, { ...scene, provenByCode, account, ways: standing?.ways }, decision, visit);
}

async function ownerOf(within: Knex, identity: NewIdentity): Promise<Account | undefined> {
  const known = await postgresIdentityStore(within).find(identity);
  return known && postgresAccountStore(within).find(known.accountId);
}

function decideReturn(account: Account, { identity, upstream, provenByCode }: Scene): LinkingDecision {
  const known = {
    disabled: !isUsable(account),
    addressVerified: account.address?.verifiedAt !== undefined,
  };
  return decideLinking({ known, trust: identity.trust, provenByCode, linking: upstream.linking });
}

async function standingOf(
  { factors }: AccountsDeps,
  within: Knex,
  account: Account,
  upstreamId: string,
): Promise<Standing> {
  const upstreams = (await postgresIdentityStore(within).listOf(account.id)).map((identity) => identity.upstreamId);
  const hasPassword = await factors.hasPassword(within, account.id);
  const hasPasskey = await factors.hasPasskey(within, account.id);
  const hasSecondFactor = await factors.hasSecondFactor(within, account.id);
  const addressVerified = account.address?.verifiedAt !== undefined;
  return {
    disabled: !isUsable(account),
    addressVerified,
    madeByAdmin: !isShell(account),
    hasIdentityOfUpstream: upstreams.includes(upstreamId),
    hasSecondFactor,
    hasOwnFactor: hasPassword || hasPasskey || hasSecondFactor || upstreams.length > 0,
    ways: waysToProve({ addressVerified, hasPassword, hasPasskey, hasSecondFactor, upstreams }),
  };
}

/** Does what was decided, or says what comes first. */
async function act(
  deps: AccountsDeps,
  within: Knex,
  scene: Scene,
  decision: LinkingDecision,
  visit: VisitBinding,
): Promise<Outcome> {
  const { account, address, arrival, identity, provenByCode, ways } = scene;
  if (decision === 'code_first') return { decision, address: present(address), arrival };
  if (decision === 'create_verified' || decision === 'replace_shell') return make(deps, within, scene, decision);
  if (decision === 'ask_address') return { decision, arrival };
  if (decision === 'refuse_disabled' || decision === 'refuse_neutral') return { decision };
  const standing = present(account);
  if (decision === 'verify_address_first') return { decision, account: standing };
  if (decision === 'prove_then_join') {
    const link = { accountId: standing.id, arrival, provenByCode, stamp: linkStamp(standing) };
    return { decision, account: standing, ways: present(ways), ...link };
  }
  if (decision === 'sign_in') {
    // Taken away while we looked: it opens nothing any more.
    if (!(await postgresIdentityStore(within).touch(identity))) return { decision: 'refuse_neutral' };
    return { decision, account: withGroupsOf(standing, identity) };
  }
  // Held from here on: what was ended while the rule was applied still counts.
  const holds = async (current: Account) => linkStamp(current) === linkStamp(standing);
  const joined = await joinIdentity(deps, within, standing, { ...scene, holds }, visit);
  return joined.ok ? { decision, account: joined.account } : { decision: 'refuse_neutral' };
}

/** A new account with this identity. A shell that had the address goes with all that is attached to it (linking rule 6). */
async function make(
  deps: AccountsDeps,
  within: Knex,
  { account, address, arrival, identity }: Scene,
  decision: 'create_verified' | 'replace_shell',
): Promise<Outcome> {
  const own = present(address);
  const admitted = await admit(deps, within, own.canonical, arrival.invitation);
  if (!admitted.ok) return { decision: 'refuse_signup' };
  const accounts = postgresAccountStore(within);
  if (account) await accounts.bury(account.id);
  const profile = profileOf(arrival.identity, arrival.typed?.name);
  const made = await accounts.insert({ address: own, profile, locale: arrival.locale, origin: 'upstream' }, now());
  if (!made) throw new AddressTaken();
  await postgresIdentityStore(within).insert(made.id, identity);
  return { decision, account: withGroupsOf(made, identity), invitation: admitted.invitation };
}

/** The table decides this only about an address, or an account, that is there. */
function present<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new IdpError('internal', { cause: new Error('a decision about nobody') });
  return thing;
}
