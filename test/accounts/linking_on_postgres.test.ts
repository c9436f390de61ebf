import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Account, Arrival, Outcome } from '../../src/accounts/index.ts';
import type { LinkingFacts } from '../../src/accounts/linking.ts';
import type { QueuedMail } from '../../src/mail/index.ts';
import { expectedOf, linkings, standings, trusts } from './linking_cells.ts';
import { accountsWorld, arrivalOf, freshAddress, freshVisit, type World } from './world.ts';

type Cell = Pick<LinkingFacts, 'trust' | 'provenByCode' | 'linking'> & { standing: LinkingFacts['account'] };

const AT_ONCE = 8;
const kept: QueuedMail[] = [];
let world: World;

beforeAll(async () => {
  world = await accountsWorld({ kept });
});
afterAll(() => world.close());

/** An account with an identity, or a second factor, has a factor of its own: the other combinations cannot be. */
const possible = standings.filter(
  (standing) => !standing || standing.hasOwnFactor || (!standing.hasIdentityOfUpstream && !standing.hasSecondFactor),
);

const cells: Cell[] = possible.flatMap((standing) =>
  trusts.flatMap((trust) =>
    linkings.flatMap((linking) => [false, true].map((provenByCode) => ({ standing, trust, linking, provenByCode }))),
  ),
);

/** Puts an account there as the cell says. */
async function stand(standing: NonNullable<Cell['standing']>): Promise<Account> {
  const account = await world[standing.addressVerified ? 'existing' : 'shell']({
    origin: standing.madeByAdmin ? 'admin' : 'signup',
    passwordHash: standing.hasOwnFactor && !standing.hasIdentityOfUpstream ? 'hash' : undefined,
    identity: standing.hasIdentityOfUpstream
      ? {
          upstreamId: 'google',
          issuer: 'https://google.example',
          subject: freshAddress().stored,
          facts: {},
          trust: 'absent',
        }
      : undefined,
  });
  if (standing.hasSecondFactor) world.settings.secondFactor.add(account.id);
  if (standing.disabled) await world.disable(account.id);
  return account;
}

const addressIn = ({ identity, typed }: Arrival) => typed?.address.stored ?? identity.email?.value;

/** Arrives; with a code, types the one that was mailed to the address. */
async function arrive(arrival: Arrival, provenByCode: boolean): Promise<Outcome> {
  const visit = freshVisit();
  if (!provenByCode) return world.accounts.arrive(arrival, visit);
  const sent = await world.accounts.sendArrivalCode(arrival, visit);
  if (!sent.ok) throw new Error(sent.reason);
  const code = kept.findLast(({ to }) => to === addressIn(arrival))?.values['code'] ?? '';
  const redeemed = await world.accounts.codes.redeem(sent.proofId, code, visit);
  if (!redeemed.ok) throw new Error(redeemed.reason);
  return redeemed.outcome;
}

/** What became of the account and the identity. */
async function tally(before: Account | undefined, arrival: Arrival) {
  const { issuer, subject } = arrival.identity;
  const joined = await world.accounts.identities.find({ upstreamId: arrival.upstreamId, issuer, subject });
  const after = before && (await world.accounts.find(before.id));
  return {
    opens: joined ? (joined.accountId === before?.id ? 'it' : 'a new one') : 'nothing',
    stands: after !== undefined,
    verified: after?.address?.verifiedAt !== undefined,
    told: kept.filter(({ to, template }) => to === before?.address?.stored && template === 'identity-linked').length,
  };
}

async function play({ standing, trust, provenByCode }: Cell) {
  const account = standing && (await stand(standing));
  const address = account?.address ?? freshAddress();
  // Whoever brings no address types one, which is what the code goes to.
  const typed = trust === 'absent' && provenByCode ? { typed: { address } } : {};
  const arrival = { ...arrivalOf(trust === 'absent' ? undefined : address, trust), ...typed };
  const { decision } = await arrive(arrival, provenByCode);
  return { decision, left: await tally(account, arrival) };
}

/** What a decision leaves behind. */
function leftBy(decision: Outcome['decision'], standing: Cell['standing'], provenByCode: boolean) {
  const made = decision === 'create_verified' || decision === 'replace_shell';
  const joined = decision === 'join';
  return {
    opens: joined ? 'it' : made ? 'a new one' : 'nothing',
    stands: standing !== undefined && decision !== 'replace_shell',
    verified:
      standing !== undefined && decision !== 'replace_shell' && (standing.addressVerified || (joined && provenByCode)),
    told: joined ? 1 : 0,
  };
}

async function check(cell: Cell): Promise<void> {
  const { standing: account, ...facts } = cell;
  const decision = expectedOf({ ...facts, account });
  const left = leftBy(decision, account, cell.provenByCode);
  expect({ cell, ...(await play(cell)) }).toEqual({ cell, decision, left });
}

describe('the linking rule on PostgreSQL', () => {
  it('decides every cell as the design says, and leaves behind what the decision says and nothing else', async () => {
    expect(cells).toHaveLength(41 * 4 * 3 * 2);
    for (const linking of linkings) {
      world.settings.linking = linking;
      const alike = cells.filter((cell) => cell.linking === linking);
      for (let at = 0; at < alike.length; at += AT_ONCE) await Promise.all(alike.slice(at, at + AT_ONCE).map(check));
    }
  }, 120_000);

  it('opens the account of a known identity whatever it brings, unless it is disabled or never confirmed', async () => {
    for (const trust of trusts) {
      for (const linking of linkings) {
        world.settings.linking = linking;
        for (const state of ['existing', 'shell', 'disabled'] as const) {
          const subject = freshAddress().stored;
          const identity = { upstreamId: 'google', issuer: 'https://google.example', subject, facts: {}, trust };
          const account = await world[state === 'shell' ? 'shell' : 'existing']({ identity, origin: 'admin' });
          if (state === 'disabled') await world.disable(account.id);
          const outcome = await arrive(arrivalOf(freshAddress(), trust, { subject }), false);
          const expected = { existing: 'sign_in', shell: 'verify_address_first', disabled: 'refuse_disabled' }[state];
          expect(outcome.decision).toBe(expected);
        }
      }
    }
  });
});
