import type { Context } from 'koa';
import { transact } from '../accounts/index.ts';
import { problem, type Shown } from '../web/index.ts';
import { dropDraft, findDraft, keepDraft, type DraftKey } from './drafts.ts';
import { queueNotice } from './notices.ts';
import { occasionOf, ownedBy, type FactorPagesDeps, type Owned, type Person } from './page_deps.ts';
import { keepCodes, NEW_CODES } from './recovery_codes_page.ts';
import { SECOND_STEP } from './second_step_page.ts';
import { endSecondStep } from './switch_step.ts';

const PATH = '/account/totp';
const ADD = `${PATH}/add`;

/**
 * `/account/totp`: the authenticator app of the account. `/account/totp/add` shows a new one until its first code confirms it,
 * and never again: nobody reads the secret of an app that is in use.
 */
export function mountTotpPage(deps: FactorPagesDeps): void {
  const { database, frame, sealer, web } = deps;
  frame.page({
    path: PATH,
    load: ({ accountId }) => ownedBy(deps, accountId),
    show: (ctx, person, has) => show(deps, ctx, person, has),
  });
  frame.form({ path: `${PATH}/begin`, page: PATH, fresh: true, submit: (ctx, person) => begin(deps, ctx, person) });
  frame.page({
    path: ADD,
    fresh: true,
    load: ({ accountId }, ctx) => findDraft(sealer, database.knex, draftOf(deps, ctx, accountId)),
    show: async (ctx, person, secret) =>
      secret === undefined ? web.redirect(ctx, PATH) : showNew(deps, ctx, person, secret, {}),
  });
  frame.form({ path: ADD, page: ADD, fresh: true, submit: (ctx, person, fields) => add(deps, ctx, person, fields) });
  frame.form({ path: `${PATH}/remove`, page: PATH, fresh: true, submit: (ctx, person) => remove(deps, ctx, person) });
}

function draftOf({ web }: FactorPagesDeps, ctx: Context, accountId: string): DraftKey {
  return { accountId, browserHash: web.browser.ensure(ctx), kind: 'totp' };
}

async function show(
  { frame, required, web }: FactorPagesDeps,
  ctx: Context,
  person: Person,
  { totp, hasPasskey }: Owned,
  { status, problems = [] }: Shown = {},
): Promise<void> {
  const added = totp && { added: totp.addedAt.toISOString(), used: totp.lastUsedAt.toISOString() };
  await frame.render(ctx, person, {
    view: 'second_factors/totp',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('second_factors.totp.title'),
    status,
    locals: {
      beginAction: `${PATH}/begin`,
      removeAction: `${PATH}/remove`,
      added,
      last: !hasPasskey,
      required: required() !== 'none',
      problems,
    },
  });
}

/** Twice, in two tabs, shows the same app: nobody scans one that is not the one confirmed. */
async function begin(deps: FactorPagesDeps, ctx: Context, { account }: Person): Promise<void> {
  const { database, sealer, secondFactors, web } = deps;
  const key = draftOf(deps, ctx, account.id);
  const { totp } = await secondFactors.of(account.id);
  if (totp) return web.redirect(ctx, PATH);
  if ((await findDraft(sealer, database.knex, key)) === undefined) {
    await keepDraft(sealer, database.knex, key, secondFactors.newTotp(account).secret);
  }
  web.redirect(ctx, ADD);
}

async function showNew(
  { frame, secondFactors, web }: FactorPagesDeps,
  ctx: Context,
  person: Person,
  secret: string,
  { status, problems = [] }: Shown,
): Promise<void> {
  const { text, uri, qr } = secondFactors.showTotp(person.account, secret);
  await frame.render(ctx, person, {
    view: 'second_factors/add_totp',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('second_factors.totp.add.title'),
    status,
    locals: { action: ADD, app: { text, uri, qr }, problems },
  });
}

/** The session in which it is set up has proven it. */
async function add(
  deps: FactorPagesDeps,
  ctx: Context,
  person: Person,
  { code = '' }: Record<string, string>,
): Promise<void> {
  const { database, frame, oidc, sealer, secondFactors, web } = deps;
  const { account } = person;
  const key = draftOf(deps, ctx, account.id);
  const secret = await findDraft(sealer, database.knex, key);
  if (secret === undefined) return web.redirect(ctx, PATH);
  const enrolled = await secondFactors.enrolTotp(
    account,
    secret,
    code,
    occasionOf(deps, ctx),
    async (within, codes) => {
      await dropDraft(within, key);
      if (codes) await keepCodes(deps, within, { ...key, kind: 'codes' }, codes);
      await oidc.raise(ctx, within, ['otp']);
    },
  );
  if (enrolled.ok) return enrolled.codes ? web.redirect(ctx, NEW_CODES) : frame.done(ctx, SECOND_STEP, 'totp_added');
  if (enrolled.reason === 'enrolled_already') return web.redirect(ctx, PATH);
  const wrong = [problem(web.t(ctx), 'second_factors.totp.wrong', 'code')];
  await showNew(deps, ctx, person, secret, { status: 422, problems: wrong });
}

/** Refused where everybody must have a second factor and this is the only one. */
async function remove(deps: FactorPagesDeps, ctx: Context, person: Person): Promise<void> {
  const { database, accounts, frame, hasPasskey, mail, record, required, secondFactors, web } = deps;
  const { account } = person;
  const occasion = occasionOf(deps, ctx);
  const removed = await transact(database, async (within) => {
    await accounts.hold(within, account.id);
    const isLast = !(await hasPasskey(within, account.id));
    if (isLast && required() !== 'none') return 'required';
    if (!(await secondFactors.removeTotp(within, account.id))) return 'gone';
    if (isLast) await endSecondStep(deps, within, person);
    await accounts.dropProofs(within, account.id);
    await queueNotice({ mail }, within, account, 'totp-removed', occasion, isLast ? { off: 'yes' } : {});
    return 'removed';
  });
  if (removed === 'required') {
    const refused = problem(web.t(ctx), 'second_factors.totp.required', undefined, { brand: web.brand.name });
    return show(deps, ctx, person, await ownedBy(deps, account.id), { status: 422, problems: [refused] });
  }
  if (removed === 'gone') return web.redirect(ctx, PATH);
  mail.wake();
  const { reference } = occasion;
  await record({ type: 'second_factors.totp_removed', outcome: 'ok', accountId: account.id, reference });
  frame.done(ctx, SECOND_STEP, 'totp_removed');
}
