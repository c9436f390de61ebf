import type { Context } from 'koa';
import { transact, type Reset } from '../accounts/index.ts';
import { deadLink, showLanding, tokenOf, type LandingPage, type Shown } from '../web/index.ts';
import { queueNotice, newPasswordField, newPasswordProblems } from './new_password.ts';
import type { PasswordPagesDeps } from './page_deps.ts';

const PATH = '/reset-password';
const SCREEN = 'reset-password';

/**
 * `/reset-password`: where a mailed link lets its owner choose a new password, in whichever browser. Looking changes nothing,
 * because mail scanners open every link; a refused password does not use the link up. Signs nobody in.
 */
export function mountResetPage(deps: PasswordPagesDeps): void {
  const { web } = deps;
  web.router.get(PATH, async (ctx) => {
    if (ctx.query['end'] === 'changed') return showLanding(web, ctx, SCREEN, end(deps, ctx, 'changed'));
    await show(deps, ctx, tokenOf(ctx.query['token']), {});
  });
  web.router.post(PATH, (ctx) => submit(deps, ctx));
}

async function show(deps: PasswordPagesDeps, ctx: Context, token: string, shown: Shown): Promise<void> {
  const { web, accounts } = deps;
  const found = await accounts.lookAtReset(token);
  if (found?.state === 'used') return showLanding(web, ctx, SCREEN, { ...end(deps, ctx, 'used'), status: 400 });
  if (found?.state !== 'usable') return showLanding(web, ctx, SCREEN, deadLink(web, ctx));
  const t = web.t(ctx);
  await web.page(ctx, {
    view: 'passwords/reset_password',
    screen: SCREEN,
    title: t('passwords.reset.title'),
    status: shown.status,
    locals: {
      ...newPasswordField(deps, found.account),
      action: PATH,
      token,
      signedInAs: await somebodyElse(deps, ctx, found.account.id),
      problems: shown.problems ?? [],
    },
  });
}

async function submit(deps: PasswordPagesDeps, ctx: Context): Promise<void> {
  const { web, accounts, passwords } = deps;
  const { token: sent, new_password: password = '' } = await web.form(ctx);
  const token = tokenOf(sent);
  const found = await accounts.lookAtReset(token);
  if (found?.state !== 'usable') return show(deps, ctx, token, {});
  const problems = await newPasswordProblems(deps, ctx, password, found.account.address?.canonical);
  if (problems.length > 0) return show(deps, ctx, token, { status: 422, problems });
  const reset = await resetTo(deps, ctx, token, await passwords.hash(password));
  // Somebody was faster with the same link.
  if (!reset) return show(deps, ctx, token, {});
  const { browserHash, resume } = reset.origin;
  const own = browserHash !== undefined && browserHash === web.browser.read(ctx);
  const email = reset.account.address?.stored;
  const back = own && resume !== undefined ? await deps.backToVisit(ctx, resume, email) : undefined;
  web.redirect(ctx, back ?? `${PATH}?end=changed`);
}

/** One transaction: the link is used up, the password is in place and everything open has ended, or none of it. */
async function resetTo(
  deps: PasswordPagesDeps,
  ctx: Context,
  token: string,
  passwordHash: string,
): Promise<Reset | undefined> {
  const { database, accounts, passwords, oidc, mail, record, web } = deps;
  const reset = await transact(database, async (within) => {
    const redeemed = await accounts.redeemReset(within, token);
    if (!redeemed) return undefined;
    web.note(ctx, { reference: redeemed.origin.reference });
    await passwords.set(within, redeemed.account.id, passwordHash);
    await queueNotice(deps, ctx, within, redeemed.account);
    // Whoever has the mailbox gets in with the new password here, however many strangers guess elsewhere.
    await accounts.noteKnownBrowser(within, redeemed.account.id, web.browser.ensure(ctx));
    await oidc.endEverythingOf(redeemed.account.id, within);
    return redeemed;
  });
  if (!reset) return undefined;
  mail.wake();
  const about = { outcome: 'ok' as const, reference: web.referenceOf(ctx), accountId: reset.account.id };
  await record({ ...about, type: 'passwords.reset' });
  return reset;
}

/** Whoever is signed in here as somebody else should see that before pressing. */
async function somebodyElse(
  { oidc, accounts }: PasswordPagesDeps,
  ctx: Context,
  id: string,
): Promise<string | undefined> {
  const session = await oidc.session(ctx);
  if (!session || session.accountId === id) return undefined;
  return (await accounts.find(session.accountId))?.address?.stored;
}

function end({ web }: PasswordPagesDeps, ctx: Context, name: 'changed' | 'used'): LandingPage {
  const t = web.t(ctx);
  return {
    title: t(`passwords.reset.${name}.title`),
    text: t(`passwords.reset.${name}.text`),
    next: { label: t('landing.sign_in'), href: '/account' },
  };
}
