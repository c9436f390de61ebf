import type { Context } from 'koa';
import type { Account, IdentityKey, Ways } from '../accounts/index.ts';
import { maskAddress } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { passwordTries } from '../passwords/index.ts';
import { problem, refusedForNow } from '../web/index.ts';
import { awaitCode } from './await_code.ts';
import { aboutVisit, bindingOf, type SignInDeps } from './deps.ts';
import { finishSignIn } from './finish.ts';
import { leaveFor } from './leave.ts';
import { firstPage } from './notes.ts';
import { answering, bound, passkeyButton, refusalOf, signalsOf, type PasskeyRefused } from './passkey_asking.ts';
import { atStep, federated, linkOf, moveTo, pathOf, type StepNamed } from './steps.ts';
import { formTargets, upstreamButtons } from './upstream_buttons.ts';
import { mayHavePassword } from './ways.ts';

const show = (shown: PasskeyRefused) =>
  atStep('link-account', async (deps, ctx, visit, step) => {
    const { web, passkeys, upstreams } = deps;
    const account = await accountOf(deps, step);
    const { arrival } = step;
    const ways = waysOf(deps, step, account);
    const { identity, upstreamId } = arrival;
    const known = identity.email?.value ?? arrival.typed?.address.stored;
    const { note, problems, retry, ...page } = firstPage(deps, ctx, visit, shown);
    await web.page(ctx, {
      view: 'sign_in/link_account',
      screen: 'link-account',
      title: web.t(ctx)('sign_in.link_account.title', { brand: web.brand.name }),
      formTargets: formTargets(deps, visit),
      ...page,
      locals: {
        maskedEmail: maskAddress(account.address?.stored ?? ''),
        email: known,
        upstream: {
          label: upstreams.nameOf(upstreamId),
          preset: upstreams.list().find((upstream) => upstream.id === upstreamId)?.preset,
          person: identity.name ?? known,
          known: identity.name && known,
        },
        ways: {
          password: ways.password ? { action: pathOf(visit, 'link-account') } : undefined,
          passkey: ways.passkey && passkeys.available ? passkeyButton(visit, 'link-account/passkey') : undefined,
          code: ways.code ? { action: pathOf(visit, 'link-account/code') } : undefined,
          upstreams: upstreamButtons(deps, ctx, visit).filter((button) => ways.upstreams.includes(button.id)),
        },
        otherAction: pathOf(visit, 'link-account/other'),
        cancelAction: pathOf(visit, 'start-again'),
        note,
        problems,
        retry,
        signals: signalsOf(shown),
      },
    });
  });

/** "You already have an account": prove it once, and the identity joins it (linking rule 5). */
export const showLinkAccount = show({});

/** "Use another account" of the same upstream, which is told to ask for one. */
export const chooseAnother = atStep('link-account', async (deps, ctx, visit, { arrival }) => {
  await deps.web.form(ctx);
  const progress = { step: 'start' } as const;
  await deps.oidc.progress(visit.uid, progress);
  await leaveFor(deps, ctx, { ...visit, progress }, arrival.upstreamId, { prompt: 'select_account' });
});

/** The account's own password proves it. */
export const submitLinkPassword = atStep('link-account', async (deps, ctx, visit, step) => {
  const { web, passwords, record, recordDeed } = deps;
  const { password = '' } = await web.form(ctx);
  const t = web.t(ctx);
  const account = await accountOf(deps, step);
  if (!waysOf(deps, step, account).password) throw new IdpError('not_found', { reference: visit.reference });
  const address = account.address?.canonical ?? account.id;
  const known = await deps.accounts.knowsBrowser(address, visit.browserHash);
  const tries = passwordTries(deps, ctx, { address, known: known ? visit.browserHash : undefined });
  const refused = await tries.take();
  if (refused) return show(refusedForNow(ctx, t, refused.retryAfter))(deps, ctx, visit);
  if (!(await passwords.verify(account.id, password))) {
    const about = { ...aboutVisit(visit), accountId: account.id, upstreamId: step.arrival.upstreamId };
    await Promise.all([tries.fail(), record({ ...about, type: 'sign_in.password_wrong', outcome: 'refused' })]);
    const problems = [problem(t, 'sign_in.problems.password_wrong', 'password')];
    return show({ status: 401, problems })(deps, ctx, visit);
  }
  await recordDeed(tries.forgiving(), []);
  await joinAfterProof(deps, ctx, visit, step, account);
});

/** Options for whichever passkey the person has: which ones the account has, nobody who is not its owner learns. */
export const askAtLink = atStep('link-account', async ({ web, passkeys }, ctx, visit) => {
  await web.form(ctx);
  ctx.body = await passkeys.askFor(bound(visit, 'link'));
});

/** A passkey of the account proves it. */
export const submitLinkPasskey = atStep('link-account', async (deps, ctx, visit, step) => {
  const { web, passkeys } = deps;
  const { answer = '' } = await web.form(ctx);
  const proof = await passkeys.prove(bound(visit, 'link'), answer, answering(deps, ctx, visit));
  if (!proof.ok) return show(refusalOf(deps, ctx, proof))(deps, ctx, visit);
  // Of another account, or in a visit where passwords do not count either.
  const proves = proof.account.id === step.accountId && step.ways.passkey;
  if (!proves) return show(refusalOf(deps, ctx, { reason: 'refused' }))(deps, ctx, visit);
  await joinAfterProof(deps, ctx, visit, step, proof.account);
});

/** A code to the account's address proves it, unless the account has a second factor. */
export const sendLinkCode = atStep('link-account', async (deps, ctx, visit, step) => {
  const { web, accounts } = deps;
  await web.form(ctx);
  const account = await accountOf(deps, step);
  const sent = await accounts.sendLinkCode(step, bindingOf(deps, ctx, visit));
  await awaitCode(deps, ctx, visit, sent, {
    address: account.address?.stored ?? '',
    manner: federated(step.arrival),
    again: (shown) => show(shown)(deps, ctx, visit),
  });
});

/** Another upstream that already opens the account proves it. `proving` is the identity that a trip for this very `link` brought. */
export function linkByUpstream(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { proving, link }: { proving: IdentityKey; link: string },
): Promise<void> {
  const prove = atStep('link-account', async (_deps, _ctx, _visit, step) => {
    const account = await accountOf(deps, step);
    const identity = await deps.accounts.identities.find(proving);
    const opens = identity?.accountId === account.id && !identity.suspendedAt;
    if (opens && linkOf(step) === link) return joinAfterProof(deps, ctx, visit, step, account);
    await refuse(deps, ctx, visit, proving.upstreamId);
  });
  return prove(deps, ctx, visit);
}

/**
 * The account is that from before the proof. The identity joins it when everything is proven that this account needs; the word of
 * its upstream about how surely proves nothing of the account.
 */
function joinAfterProof(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  { arrival, accountId, provenByCode, stamp }: StepNamed<'link-account'>,
  account: Account,
): Promise<void> {
  const joins = { accountId, arrival, provenByCode, stamp };
  return finishSignIn(deps, ctx, visit, account, { ...federated(arrival), methods: ['fed'] }, { joins });
}

function refuse(deps: SignInDeps, ctx: Context, visit: Visit, upstream: string): Promise<void> {
  return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream } });
}

/** The ways that may prove the account now: its address may belong to an upstream that leaves nobody a password. */
function waysOf(deps: SignInDeps, { ways }: StepNamed<'link-account'>, { address }: Account): Ways {
  return { ...ways, password: ways.password && mayHavePassword(deps, address) };
}

async function accountOf({ accounts }: SignInDeps, step: StepNamed<'link-account'>): Promise<Account> {
  const account = await accounts.find(step.accountId);
  if (!account) throw new IdpError('interaction_expired');
  return account;
}
