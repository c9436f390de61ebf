import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { parseAddress } from '../kit/addresses.ts';
import type { Visit } from '../oidc/index.ts';
import { passwordTries } from '../passwords/index.ts';
import { problem, refusedForNow, type Problem, type Shown } from '../web/index.ts';
import { accountOfSession, isOtherWay } from './account_of_session.ts';
import { aboutVisit, type SignInDeps } from './deps.ts';
import { goHome } from './go_home.ts';
import { goOn } from './go_on.ts';
import { followHint } from './hint.ts';
import { entranceOf } from './invited.ts';
import { turnSessionAway } from './not_allowed.ts';
import { firstPage } from './notes.ts';
import { raiseSession } from './raise_session.ts';
import { passkeyButton, signalsOf, type PasskeyRefused } from './passkey_asking.ts';
import { recoverPath } from './recover.ts';
import { pathOf, stepOf } from './steps.ts';
import { formTargets, upstreamButtons } from './upstream_buttons.ts';
import { mayUsePassword, requireLocal, takesWay } from './ways.ts';

interface Typed {
  email: string;
  remember?: string;
}

/** The login page. Whoever signed in meanwhile in another tab goes on without being asked again. */
export function showLogin(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  return show(deps, ctx, visit, {});
}

/** The same once more, with what was typed and why it did not count. */
export function showLoginAgain(
  deps: SignInDeps,
  ctx: Context,
  visit: Visit,
  shown: PasskeyRefused,
  typed: Typed,
): Promise<void> {
  return show(deps, ctx, visit, shown, typed);
}

async function show(deps: SignInDeps, ctx: Context, visit: Visit, shown: PasskeyRefused, typed?: Typed): Promise<void> {
  const { web, oidc } = deps;
  if (visit.prompt.reasons.every((reason) => reason === 'no_session') && (await oidc.session(ctx))) {
    return web.redirect(ctx, await oidc.finish(visit, {}));
  }
  if (!typed && !shown.problems) {
    if (await turnSessionAway(deps, ctx, visit)) return;
    if (await raiseSession(deps, ctx, visit)) return;
  }
  const same = await accountOfSession(deps, visit);
  const ways = await waysOf(deps, visit, same);
  if (!typed && (await followHint(deps, ctx, visit, ways.upstreams))) return;
  const t = web.t(ctx);
  const upstreams = upstreamButtons(deps, ctx, visit).filter(({ id }) => ways.upstreams?.includes(id) ?? true);
  const { note, problems, retry, ...page } = firstPage(deps, ctx, visit, shown);
  const values = typed ?? { email: expectedEmail(visit) };
  await web.page(ctx, {
    view: 'sign_in/login',
    screen: same ? 'reauthenticate' : 'login',
    title: t('sign_in.login.title', { app: visit.client.name }),
    formTargets: formTargets(deps, visit),
    ...page,
    locals: {
      app: visit.client.name,
      action: pathOf(visit, visit.prompt.name === 'login' ? '' : 'login'),
      signupAction: (await entranceOf(deps, visit)).open ? pathOf(visit, 'signup') : undefined,
      recoverAction: recoverPath(visit, same?.address?.stored ?? values.email),
      cancelAction: pathOf(visit, 'cancel'),
      switchAction: same && pathOf(visit, 'start-again'),
      upstreams,
      password: ways.password,
      passkey: ways.passkey ? passkeyButton(visit, 'passkey') : undefined,
      signals: signalsOf(shown),
      noWay:
        upstreams.length > 0 || ways.password || ways.passkey
          ? undefined
          : t(noWay(visit, same), { app: visit.client.name }),
      values,
      fixedEmail: same?.address?.stored,
      note: note ?? (isOtherWay(visit) ? t('sign_in.login.other_way', { app: visit.client.name }) : undefined),
      problems,
      retry,
    },
  });
}

/** Email and password. Same answer, place and time whether the account exists or not. */
export async function submitLogin(deps: SignInDeps, ctx: Context, visit: Visit): Promise<void> {
  const { web, accounts, passwords, record } = deps;
  const fields = await web.form(ctx);
  requireLocal(visit);
  const same = await accountOfSession(deps, visit);
  const email = same?.address?.stored ?? fields['email'] ?? '';
  const { password = '', remember } = fields;
  const again = (shown: Shown) => show(deps, ctx, visit, shown, { email, remember });
  const t = web.t(ctx);
  const address = parseAddress(email);
  if (await goHome(deps, ctx, visit, address, { byPassword: password !== '', again })) return;
  const missing = missingFields(deps, ctx, email, password);
  if (missing.length > 0) return again({ status: 422, problems: missing });

  const counted = address?.canonical ?? email;
  const { account, known } = await accounts.findAtBrowser(counted, visit.browserHash);
  const tries = passwordTries(deps, ctx, { address: counted, known: known ? visit.browserHash : undefined });
  const refused = await tries.take();
  if (refused) return again(refusedForNow(ctx, t, refused.retryAfter));
  const about = { ...aboutVisit(visit), accountId: account?.id };
  if (!(await passwords.verify(account?.id, password)) || !account) {
    await Promise.all([tries.fail(), record({ ...about, type: 'sign_in.password_wrong', outcome: 'refused' })]);
    return again({ status: 401, problems: [problem(t, 'sign_in.problems.credentials_wrong')] });
  }
  const right = { ...about, type: 'sign_in.password_right', outcome: 'ok' } as const;
  const told = { deed: tries.forgiving(), events: [right], known };
  const decision = account.address?.verifiedAt ? 'sign_in' : 'verify_address_first';
  const canPasskey = fields['can_passkey'] === '1' || undefined;
  const manner = { methods: ['pwd'], remember: remember === '1', canPasskey };
  await goOn(deps, ctx, visit, { decision, account, told }, { manner, again });
}

/** Who must sign in again is offered what opens that very account; anybody else, everything. */
async function waysOf(
  deps: SignInDeps,
  visit: Visit,
  same: Account | undefined,
): Promise<{ password: boolean; passkey: boolean; upstreams?: string[] }> {
  const { accounts, passkeys, passwords, ownFactorOnly } = deps;
  if (!same) return { password: takesWay(visit), passkey: takesWay(visit) && passkeys.available };
  const [hasPassword, hasPasskey, identities] = await Promise.all([
    passwords.has(same.id),
    passkeys.has(same.id),
    accounts.identities.listOf(same.id),
  ]);
  const local = mayUsePassword(deps, visit, same.address);
  const [password, passkey] = [hasPassword && local, hasPasskey && local];
  if ((password || passkey) && ownFactorOnly(visit)) return { password, passkey, upstreams: [] };
  return { password, passkey, upstreams: identities.map(({ upstreamId }) => upstreamId) };
}

/** Only a new password can help where nothing opens the account any more, and only where passwords are taken. */
function noWay(visit: Visit, same: Account | undefined) {
  return same && takesWay(visit) ? 'sign_in.login.no_way' : 'sign_in.login.no_way_here';
}

function missingFields({ web }: SignInDeps, ctx: Context, email: string, password: string): Problem[] {
  const t = web.t(ctx);
  return [
    ...(email.trim() === '' ? [problem(t, 'sign_in.problems.email_missing', 'email')] : []),
    ...(password === '' ? [problem(t, 'sign_in.problems.password_missing', 'password')] : []),
  ];
}

/** Whom the person chose, else whom the app expects: a hint only, if it looks like an address (OIDC Core 3.1.2.1). */
function expectedEmail(visit: Visit): string {
  const step = stepOf(visit);
  if (step.step === 'start' && step.email !== undefined) return step.email;
  const hint = visit.params['login_hint'];
  return typeof hint === 'string' ? (parseAddress(hint)?.stored ?? '') : '';
}
