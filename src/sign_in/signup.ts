import type { Context } from 'koa';
import { parseAddress } from '../kit/addresses.ts';
import { IdpError } from '../kit/errors.ts';
import type { Visit } from '../oidc/index.ts';
import { awaitCode } from './await_code.ts';
import type { SignInDeps } from './deps.ts';
import { bindingOf } from './move.ts';
import { problem, throttled, type Problem } from './problems.ts';
import { signupAllowed, signupOffered } from './signup_policy.ts';
import { formTargets, upstreamButtons } from './upstream_buttons.ts';

const MAX_NAME = 100;

interface Shown {
  status?: number;
  problems?: Problem[];
  values?: { email: string; name: string };
}

/** The sign-up page. Closed to everyone where the config says so, whatever link led here. */
export async function showSignup(deps: SignInDeps, ctx: Context, visit: Visit, shown: Shown = {}): Promise<void> {
  const { web, signup, passwords } = deps;
  if (!signupOffered(signup)) throw new IdpError('signup_closed', { reference: visit.reference });
  const t = web.t(ctx);
  await web.page(ctx, {
    view: 'sign_in/signup',
    screen: 'signup',
    title: t('sign_in.signup.title', { brand: web.brand.name }),
    status: shown.status,
    formTargets: formTargets(deps, visit),
    locals: {
      app: visit.client.name,
      action: `/interaction/${visit.uid}/signup`,
      loginAction: visit.prompt.name === 'create' ? `/interaction/${visit.uid}/login` : `/interaction/${visit.uid}`,
      upstreams: upstreamButtons(deps, ctx, visit),
      values: shown.values ?? { email: '', name: '' },
      minLength: passwords.minLength,
      problems: shown.problems ?? [],
    },
  });
}

/** Takes a sign-up. It always ends on "Check your e-mail", for a free address and a taken one alike (security.md G3). */
export async function submitSignup(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, signup, passwords, accounts, limits, record } = deps;
  const fields = await web.form(ctx);
  if (!signupOffered(signup)) throw new IdpError('signup_closed', { reference: visit.reference });
  const t = web.t(ctx);
  const values = { email: fields['email'] ?? '', name: (fields['name'] ?? '').trim() };
  const again = (status: number, problems: Problem[]) => showSignup(deps, ctx, visit, { status, problems, values });

  const address = parseAddress(values.email);
  const password = fields['new_password'] ?? '';
  const problems = signUpProblems(deps, ctx, values, password);
  if (problems.length > 0 || !address) return again(422, problems);
  for (const rule of ['signup_address', 'mail_client'] as const) {
    const taken = await limits.take(rule, ctx.state['clientAddress']);
    if (taken.ok) continue;
    ctx.set('Retry-After', String(taken.retryAfter));
    return again(429, [throttled(t, taken.retryAfter)]);
  }
  const passwordHash = await passwords.hash(password);
  const name = values.name === '' ? undefined : values.name;
  const sent = await accounts.signUp({ address, name, locale: web.locale(ctx), passwordHash }, bindingOf(visit));
  await record({ type: 'sign_up.begun', outcome: 'ok', reference: visit.reference, clientId: visit.client.id });
  await awaitCode(deps, ctx, visit, sent, {
    address: address.stored,
    manner: { method: 'pwd', remember: false },
    otherwise: (refused) => again(429, refused),
  });
}

function signUpProblems(
  deps: SignInDeps,
  ctx: Context,
  values: { email: string; name: string },
  password: string,
): Problem[] {
  const t = deps.web.t(ctx);
  const problems: Problem[] = [];
  const address = parseAddress(values.email);
  if (values.email.trim() === '') problems.push(problem(t, 'sign_in.problems.email_missing', 'email'));
  else if (!address) problems.push(problem(t, 'sign_in.problems.email_invalid', 'email'));
  else if (!signupAllowed(deps.signup, address.canonical)) {
    const domains = deps.signup.domains.join(', ');
    problems.push(problem(t, 'sign_in.problems.domain_not_allowed', 'email', { domains }));
  }
  for (const weakness of deps.passwords.problems(password, { address: address?.canonical })) {
    problems.push(problem(t, weakness.key, 'new_password', weakness.values));
  }
  if (values.name.length > MAX_NAME)
    problems.push(problem(t, 'sign_in.problems.name_too_long', 'name', { max: MAX_NAME }));
  return problems;
}
