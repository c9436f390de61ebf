import type { Context } from 'koa';
import type { Account, Accounts, Arrival } from '../accounts/index.ts';
import { maskAddress } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { awaitCode } from './await_code.ts';
import type { SignInDeps } from './deps.ts';
import { finishSignIn } from './finish.ts';
import { bindingOf, moveTo } from './move.ts';
import { passwordTries } from './password_tries.ts';
import { problem, throttled, type Problem } from './problems.ts';
import { stepOf, type Step } from './steps.ts';
import { formTargets, upstreamButtons, upstreamName } from './upstream_buttons.ts';

type LinkStep = Extract<Step, { step: 'link-account' }>;

/** "You already have an account": prove it once, and the identity joins it (linking rule 5). */
export async function showLinkAccount(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  shown: { status?: number; problems?: Problem[] } = {},
): Promise<void> {
  const { web } = deps;
  const step = stepOf(visit);
  if (step.step !== 'link-account') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const account = await accountOf(deps, step);
  const { ways, arrival } = step;
  const { identity, upstreamId } = arrival;
  await web.page(ctx, {
    view: 'sign_in/link_account',
    screen: 'link-account',
    title: web.t(ctx)('sign_in.link_account.title', { brand: web.brand.name }),
    status: shown.status,
    formTargets: formTargets(deps, visit),
    locals: {
      maskedEmail: maskAddress(account.address?.stored ?? ''),
      email: identity.email?.value ?? arrival.typed?.address.stored,
      upstream: {
        label: upstreamName(deps, upstreamId),
        preset: deps.upstreams.list().find((upstream) => upstream.id === upstreamId)?.preset,
        person: identity.email?.value ?? identity.name,
      },
      ways: {
        password: ways.password ? { action: `/interaction/${visit.uid}/link-account` } : undefined,
        code: ways.code ? { action: `/interaction/${visit.uid}/link-account/code` } : undefined,
        upstreams: upstreamButtons(deps, ctx, visit).filter((button) => ways.upstreams.includes(button.id)),
      },
      otherAction: `/interaction/${visit.uid}/start-again`,
      cancelAction: `/interaction/${visit.uid}/start-again`,
      problems: shown.problems ?? [],
    },
  });
}

/** The account's own password proves it. */
export async function submitLinkPassword(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, passwords, record } = deps;
  const fields = await web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'link-account') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const t = web.t(ctx);
  const account = await accountOf(deps, step);
  const tries = await passwordTries(deps, ctx, visit, { address: account.address?.canonical ?? account.id, account });
  const refused = await tries.take();
  if (refused) {
    ctx.set('Retry-After', String(refused.retryAfter));
    return showLinkAccount(deps, ctx, visit, { status: 429, problems: [throttled(t, refused.retryAfter)] });
  }
  if (!(await passwords.verify(account.id, fields['password'] ?? ''))) {
    const about = { reference: visit.reference, accountId: account.id, upstreamId: step.arrival.upstreamId };
    await record({ ...about, type: 'sign_in.password_wrong', outcome: 'refused' });
    const problems = [problem(t, 'sign_in.problems.password_wrong', 'password')];
    return showLinkAccount(deps, ctx, visit, { status: 401, problems });
  }
  await tries.forgive();
  await joinAfterProof(deps, ctx, visit, step);
}

/** A code to the account's address proves it, unless the account has a second factor. */
export async function sendLinkCode(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts } = deps;
  await web.form(ctx);
  const step = stepOf(visit);
  if (step.step !== 'link-account') return web.redirect(ctx, `/interaction/${visit.uid}`);
  const account = await accountOf(deps, step);
  const sent = await accounts.sendLinkCode(account.id, step.arrival, bindingOf(visit));
  await awaitCode(deps, ctx, visit, sent, {
    address: account.address?.stored ?? '',
    manner: mannerOf(step.arrival),
    otherwise: (problems) => showLinkAccount(deps, ctx, visit, { status: 429, problems }),
  });
}

/** Another upstream that already opens the account proves it. Called with the identity that a `link` trip brought. */
export async function linkByUpstream(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  key: Parameters<Accounts['identities']['find']>[0],
): Promise<void> {
  const step = stepOf(visit);
  if (step.step !== 'link-account') return deps.web.redirect(ctx, `/interaction/${visit.uid}`);
  const identity = await deps.accounts.identities.find(key);
  if (identity?.accountId !== step.accountId) {
    return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream: key.upstreamId } });
  }
  await joinAfterProof(deps, ctx, visit, step);
}

async function joinAfterProof(deps: SignInDeps, ctx: Context, visit: Visit, step: LinkStep): Promise<void> {
  const { accounts, mail } = deps;
  const { arrival, accountId, provenByCode } = step;
  const joined = await accounts.join(accountId, arrival, { provenByCode }, bindingOf(visit));
  if (!joined.ok) {
    if (joined.reason === 'disabled') throw new IdpError('account_disabled', { reference: visit.reference });
    return moveTo(deps, ctx, visit, { step: 'start', note: { kind: 'refused', upstream: arrival.upstreamId } });
  }
  mail.wake();
  await finishSignIn(deps, ctx, visit, { accountId, ...mannerOf(arrival) });
}

function mannerOf(arrival: Arrival) {
  return { method: 'fed' as const, remember: false, upstreamId: arrival.upstreamId };
}

async function accountOf({ accounts }: SignInDeps, step: LinkStep): Promise<Account> {
  const account = await accounts.find(step.accountId);
  if (!account) throw new IdpError('interaction_expired');
  return account;
}
