import type { Context } from 'koa';
import { parseAddress } from '../kit/addresses.ts';
import type { Account } from '../accounts/index.ts';
import type { Visit } from '../oidc/index.ts';
import { goOn } from './arrival.ts';
import type { SignInDeps } from './deps.ts';
import { noteFor } from './notes.ts';
import { passwordTries } from './password_tries.ts';
import { problem, throttled, type Problem } from './problems.ts';
import { signupOffered } from './signup_policy.ts';
import { stepOf } from './steps.ts';
import { formTargets, upstreamButtons } from './upstream_buttons.ts';

interface Shown {
  status?: number;
  problems?: Problem[];
  email?: string;
}

/** The login page. Whoever signed in meanwhile in another tab goes on without being asked again. */
export async function showLogin(deps: SignInDeps, ctx: Context, visit: Visit, shown: Shown = {}): Promise<void> {
  const { web, oidc, signup } = deps;
  if (visit.prompt.reasons.every((reason) => reason === 'no_session') && (await oidc.session(ctx))) {
    return web.redirect(ctx, await oidc.finish(visit, {}));
  }
  const t = web.t(ctx);
  const step = stepOf(visit);
  const note = noteFor(t, deps, visit);
  const same = await accountOfSession(deps, visit);
  await web.page(ctx, {
    view: 'sign_in/login',
    screen: 'login',
    title: t('sign_in.login.title', { app: visit.client.name }),
    status: shown.status ?? note.status,
    error: note.error,
    reference: note.error && visit.reference,
    formTargets: formTargets(deps, visit),
    locals: {
      app: visit.client.name,
      action: `/interaction/${visit.uid}`,
      signupAction: signupOffered(signup) ? `/interaction/${visit.uid}/signup` : undefined,
      cancelAction: `/interaction/${visit.uid}/cancel`,
      switchAction: same && `/interaction/${visit.uid}/start-again`,
      upstreams: upstreamButtons(deps, ctx, visit),
      values: { email: shown.email ?? (step.step === 'start' ? step.email : undefined) ?? loginHint(visit) },
      fixedEmail: same?.address?.stored,
      note: note.text,
      problems: [...note.problems, ...(shown.problems ?? [])],
    },
  });
}

/** Email and password. Same answer, place and time whether the account exists or not (security.md G1, G2). */
export async function submitLogin(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts, passwords, record } = deps;
  const t = web.t(ctx);
  const fields = await web.form(ctx);
  const same = await accountOfSession(deps, visit);
  const typed = same?.address?.stored ?? fields['email'] ?? '';
  const password = fields['password'] ?? '';
  const missing = missingFields(deps, ctx, typed, password);
  if (missing.length > 0) return showLogin(deps, ctx, visit, { status: 422, problems: missing, email: typed });

  const address = parseAddress(typed);
  const account = address && (await accounts.findByAddress(address.canonical));
  const tries = await passwordTries(deps, ctx, visit, { address: address?.canonical ?? typed, account });
  const refused = await tries.take();
  if (refused) {
    ctx.set('Retry-After', String(refused.retryAfter));
    return showLogin(deps, ctx, visit, { status: 429, problems: [throttled(t, refused.retryAfter)], email: typed });
  }
  const about = { reference: visit.reference, clientId: visit.client.id, accountId: account?.id };
  if (!(await passwords.verify(account?.id, password)) || !account || !address) {
    await record({ ...about, type: 'sign_in.password_wrong', outcome: 'refused' });
    const problems = [problem(t, 'sign_in.problems.credentials_wrong')];
    return showLogin(deps, ctx, visit, { status: 401, problems, email: typed });
  }
  await tries.forgive();
  await record({ ...about, type: 'sign_in.password_right', outcome: 'ok' });
  const remember = fields['remember'] === '1';
  const manner = { method: 'pwd', remember } as const;
  const decision = account.address?.verifiedAt ? 'sign_in' : 'verify_address_first';
  await goOn(
    deps,
    ctx,
    visit,
    { decision, account },
    {
      manner,
      otherwise: (problems) => showLogin(deps, ctx, visit, { status: 429, problems, email: typed }),
    },
  );
}

/** The account that must sign in again (prompt=login, max_age), unless the person said "Not you?". */
async function accountOfSession({ accounts }: SignInDeps, visit: Visit): Promise<Account | undefined> {
  const step = stepOf(visit);
  if (visit.prompt.name !== 'login' || visit.accountId === undefined || (step.step === 'start' && step.anyone))
    return undefined;
  return accounts.find(visit.accountId);
}

function missingFields({ web }: SignInDeps, ctx: Context, email: string, password: string): Problem[] {
  const t = web.t(ctx);
  return [
    ...(email.trim() === '' ? [problem(t, 'sign_in.problems.email_missing', 'email')] : []),
    ...(password === '' ? [problem(t, 'sign_in.problems.password_missing', 'password')] : []),
  ];
}

/** OIDC Core 3.1.2.1: a hint only, shown when it looks like an address. */
function loginHint(visit: Visit): string {
  const hint = visit.params['login_hint'];
  return typeof hint === 'string' ? (parseAddress(hint)?.stored ?? '') : '';
}
