import type { Context } from 'koa';
import type { SignUp } from '../accounts/index.ts';
import { parseAddress, type Address } from '../kit/addresses.ts';
import type { Visit } from '../oidc/index.ts';
import { LONGEST, newPasswordProblems } from '../passwords/index.ts';
import { addressProblems, nameProblems, problem, refusedForNow, type Problem, type Shown } from '../web/index.ts';
import { awaitCode } from './await_code.ts';
import { bindingOf, type SignInDeps } from './deps.ts';
import { goHome } from './go_home.ts';
import { followHint } from './hint.ts';
import { entranceOf, visitRefused, type Entrance } from './invited.ts';
import { firstPage } from './notes.ts';
import { passkeyButton } from './passkey_asking.ts';
import { signupAdmits } from './signup_policy.ts';
import { pathOf } from './steps.ts';
import { formTargets, upstreamButtons } from './upstream_buttons.ts';
import { requireLocal, takesWay } from './ways.ts';

interface Typed {
  email: string;
  name: string;
  /** The version of the terms whose box was ticked. */
  terms?: string;
}

/** The sign-up page. Closed to everyone where the config says so, whatever link led here. */
export function showSignup(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  return show(deps, ctx, visit, {});
}

async function show(deps: SignInDeps, ctx: Context, visit: Visit, shown: Shown, typed?: Typed): Promise<void> {
  const { web, signup, passkeys, passwords } = deps;
  const { open, invitation } = await entranceOf(deps, visit);
  if (!open) throw visitRefused(deps, ctx, visit);
  if (!typed && (await followHint(deps, ctx, visit))) return;
  const { note, problems, retry, ...page } = firstPage(deps, ctx, visit, shown);
  await web.page(ctx, {
    view: 'sign_in/signup',
    screen: 'signup',
    title: web.t(ctx)('sign_in.signup.title', { brand: web.brand.name }),
    formTargets: formTargets(deps, visit),
    ...page,
    locals: {
      app: visit.client.name,
      action: pathOf(visit, 'signup'),
      loginAction: pathOf(visit, visit.prompt.name === 'create' ? 'login' : ''),
      upstreams: upstreamButtons(deps, ctx, visit),
      password: takesWay(visit),
      passkey: takesWay(visit) && passkeys.available ? passkeyButton(visit, 'signup/passkey', true) : undefined,
      values: typed ?? { email: '', name: '' },
      fixedEmail: invitation?.address?.stored,
      terms: signup().terms?.version,
      minLength: passwords.minLength,
      maxLength: LONGEST,
      note,
      problems,
      retry,
    },
  });
}

/** What a sign-up is to be opened by from now on. `keep` comes last: when nothing else is wrong. */
export interface FirstFactor {
  problems(address?: Address): Promise<Problem[]>;
  keep(): Promise<({ methods: string[] } & Pick<SignUp, 'passwordHash' | 'passkey'>) | Shown>;
}

/** Takes a sign-up with a password. */
export function submitSignup(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  return signUpWith(deps, ctx, visit, ({ new_password: password = '' }) => ({
    problems: (address) => newPasswordProblems(deps, ctx, password, address?.canonical),
    keep: async () => ({ passwordHash: await deps.passwords.hash(password), methods: ['pwd'] }),
  }));
}

/** What somebody filled in, and what is wrong with it apart from what is to open the account. */
export async function readSignup(deps: SignInDeps, ctx: Context, visit: Visit, fields: Record<string, string>) {
  const { web } = deps;
  const entrance = await entranceOf(deps, visit);
  if (!entrance.open) throw visitRefused(deps, ctx, visit);
  requireLocal(visit);
  const typed = {
    email: entrance.invitation?.address?.stored ?? fields['email'] ?? '',
    name: (fields['name'] ?? '').trim(),
    terms: fields['terms'],
  };
  const t = web.t(ctx);
  const address = parseAddress(typed.email);
  const ofAddress = [...addressProblems(t, typed.email, address), ...domainProblems(deps, ctx, entrance, address)];
  const ofOthers = [...nameProblems(t, typed.name), ...termsProblems(deps, ctx, typed.terms)];
  return { typed, address, invitation: entrance.invitation, ofAddress, ofOthers };
}

/** Takes a sign-up. It always ends on "Check your e-mail", for a free address and a taken one alike. */
export async function signUpWith(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  factorIn: (fields: Record<string, string>) => FirstFactor,
): Promise<void> {
  const { web, accounts, limits } = deps;
  const fields = await web.form(ctx);
  const { typed, address, invitation, ofAddress, ofOthers } = await readSignup(deps, ctx, visit, fields);
  const again = (shown: Shown) => show(deps, ctx, visit, shown, typed);

  // Before anything that costs: judging a password may ask a service elsewhere.
  const taken = await limits.take('signup_address', web.clientAddress(ctx));
  if (!taken.ok) return again(refusedForNow(ctx, web.t(ctx), taken.retryAfter));
  if (await goHome(deps, ctx, visit, address, { byPassword: true, again })) return;
  const factor = factorIn(fields);
  const problems = [...ofAddress, ...(await factor.problems(address)), ...ofOthers];
  if (!address || problems.length > 0) return again({ status: 422, problems });
  const kept = await factor.keep();
  if (!('methods' in kept)) return again(kept);
  const { methods, ...key } = kept;
  const signUp = {
    address,
    name: typed.name || undefined,
    locale: web.locale(ctx),
    ...key,
    invitation: invitation?.id,
    termsVersion: deps.signup().terms?.version,
  };
  const sent = await accounts.signUp(signUp, bindingOf(deps, ctx, visit));
  await awaitCode(deps, ctx, visit, sent, {
    address: address.stored,
    manner: { methods, remember: false },
    linked: true,
    // An invitation to an address is for no other.
    changeable: invitation?.address === undefined,
    again,
  });
}

/** Whether the policy lets this address have an account in this visit. */
export function domainProblems(
  { web, signup }: SignInDeps,
  ctx: Context,
  { invitation }: Entrance,
  address?: Address,
): Problem[] {
  if (!address || invitation || signupAdmits(signup(), address.canonical) === 'anybody') return [];
  const domains = signup().domains.join(', ');
  return [problem(web.t(ctx), 'sign_in.problems.domain_not_allowed', 'email', { domains })];
}

function termsProblems({ web, signup }: SignInDeps, ctx: Context, ticked: string | undefined): Problem[] {
  const { terms } = signup();
  if (!terms || ticked === terms.version) return [];
  return [problem(web.t(ctx), 'sign_in.problems.terms_missing', 'terms')];
}
