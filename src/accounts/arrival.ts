import type { Knex } from 'knex';
import { now } from '../kit/clock.ts';
import type { Address } from '../kit/addresses.ts';
import { isShell, type Account, type NewIdentity } from './account.ts';
import { lockAddress } from './address_lock.ts';
import { addressOf, identityOf } from './arriving.ts';
import type { AccountsDeps } from './deps.ts';
import type { Arrival, Outcome, VisitBinding } from './doors.ts';
import { joinIdentity } from './joining.ts';
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

/** Gathers the facts, decides and acts within one transaction: nothing changes between the decision and the deed. */
export async function settleArrival(
  deps: AccountsDeps,
  transaction: Knex.Transaction,
  { arrival, provenByCode }: { arrival: Arrival; provenByCode: boolean },
  visit: VisitBinding,
): Promise<Outcome> {
  const upstream = deps.policy.upstream(arrival.upstreamId);
  if (!upstream) return { decision: 'refuse_upstream' };
  const identity = identityOf(arrival);
  const { address, trust } = addressOf(arrival);
  const scene: Scene = { arrival, identity, address, upstream, provenByCode };
  // Most people come back: they need no lock, for a known identity decides alone.
  const returning = await ownerOf(transaction, identity);
  if (returning) return act(deps, transaction, { ...scene, account: returning }, decideReturn(returning, scene), visit);

  if (address) await lockAddress(transaction, address.canonical);
  const meanwhile = await ownerOf(transaction, identity);
  if (meanwhile) return act(deps, transaction, { ...scene, account: meanwhile }, decideReturn(meanwhile, scene), visit);
  const account = address && (await postgresAccountStore(transaction).findByAddress(address.canonical));
  const standing = account && (await standingOf(deps, transaction, account, arrival.upstreamId));
  const decision = decideLinking({ trust, provenByCode, linking: upstream.linking, account: standing });
  return act(deps, transaction, { ...scene, account, ways: standing?.ways }, decision, visit);
}

async function ownerOf(transaction: Knex.Transaction, identity: NewIdentity): Promise<Account | undefined> {
  const known = await postgresIdentityStore(transaction).find(identity);
  return known && postgresAccountStore(transaction).find(known.accountId);
}

function decideReturn(account: Account, { identity, upstream, provenByCode }: Scene): LinkingDecision {
  const known = {
    disabled: account.disabledAt !== undefined,
    addressVerified: account.address?.verifiedAt !== undefined,
  };
  return decideLinking({ known, trust: identity.trust, provenByCode, linking: upstream.linking });
}

async function standingOf(
  { factors }: AccountsDeps,
  transaction: Knex.Transaction,
  account: Account,
  upstreamId: string,
): Promise<Standing> {
  const upstreams = (await postgresIdentityStore(transaction).listOf(account.id)).map(
    (identity) => identity.upstreamId,
  );
  const hasPassword = await factors.hasPassword(transaction, account.id);
  const hasSecondFactor = (await factors.hasSecondFactor?.(transaction, account.id)) ?? false;
  const addressVerified = account.address?.verifiedAt !== undefined;
  return {
    disabled: account.disabledAt !== undefined,
    addressVerified,
    madeByAdmin: !isShell(account),
    hasIdentityOfUpstream: upstreams.includes(upstreamId),
    hasSecondFactor,
    hasOwnFactor: hasPassword || hasSecondFactor || upstreams.length > 0,
    ways: waysToProve({ addressVerified, hasPassword, hasSecondFactor, upstreams }),
  };
}

/** Does what was decided, or says what comes first. */
async function act(
  deps: AccountsDeps,
  transaction: Knex.Transaction,
  scene: Scene,
  decision: LinkingDecision,
  visit: VisitBinding,
): Promise<Outcome> {
  const { account, address, arrival, identity, provenByCode, ways } = scene;
  if (decision === 'code_first') return address ? { decision, address } : { decision: 'ask_address' };
  if (decision === 'create_verified' || decision === 'replace_shell') return make(deps, transaction, scene, decision);
  if (decision === 'ask_address' || decision === 'refuse_disabled' || decision === 'refuse_neutral')
    return { decision };
  // The table decides the rest only about an account that is there.
  if (!account) return { decision: 'refuse_neutral' };
  if (decision === 'verify_address_first') return { decision, account };
  if (decision === 'prove_then_join') {
    return ways ? { decision, account, arrival, ways, provenByCode } : { decision: 'refuse_neutral' };
  }
  if (decision === 'sign_in') {
    await postgresIdentityStore(transaction).touch(identity);
    return { decision, account };
  }
  const joined = await joinIdentity(deps, transaction, account, scene, visit);
  return joined.ok ? { decision, account: joined.account } : { decision: 'refuse_neutral' };
}

/** A new account with this identity. A shell that had the address goes with all that is attached to it (design: rule 6). */
async function make(
  { policy }: AccountsDeps,
  transaction: Knex.Transaction,
  { account, address, arrival, identity }: Scene,
  decision: 'create_verified' | 'replace_shell',
): Promise<Outcome> {
  if (!address) return { decision: 'ask_address' };
  if (!policy.mayCreate(address.canonical)) return { decision: 'refuse_signup' };
  const accounts = postgresAccountStore(transaction);
  if (account) await accounts.bury(account.id);
  const profile = profileOf(arrival.identity, arrival.typed?.name);
  const made = await accounts.insert({ address, profile, locale: arrival.locale, origin: 'upstream' }, now());
  if (!made) return { decision: 'refuse_neutral' };
  await postgresIdentityStore(transaction).insert(made.id, identity);
  return { decision, account: made };
}
