import type { Context } from 'koa';
import type { Knex } from 'knex';
import { transact } from '../accounts/index.ts';
import { problem, type Shown } from '../web/index.ts';
import { dropDraft, findDraft, keepDraft, type DraftKey } from './drafts.ts';
import { queueNotice } from './notices.ts';
import { occasionOf, ownedBy, type FactorPagesDeps, type Owned, type Person } from './page_deps.ts';
import { SECOND_STEP } from './second_step_page.ts';

const PATH = '/account/recovery-codes';
const DOWNLOAD = `${PATH}/new/download`;

/** Where new codes are shown until their person says that they are saved. */
export const NEW_CODES = `${PATH}/new`;

/**
 * `/account/recovery-codes`: how many are left, and new ones. `/account/recovery-codes/new` shows those, in the browser in
 * which they were made, until they are saved, and never again.
 */
export function mountRecoveryCodesPage(deps: FactorPagesDeps): void {
  const { frame, web } = deps;
  const load = ({ accountId }: { accountId: string }, ctx: Context) => newCodes(deps, draftOf(deps, ctx, accountId));
  frame.page({
    path: PATH,
    load: ({ accountId }) => ownedBy(deps, accountId),
    show: (ctx, person, has) => show(deps, ctx, person, has),
  });
  frame.form({ path: `${PATH}/make`, page: PATH, fresh: true, submit: (ctx, person) => make(deps, ctx, person) });
  frame.page({
    path: NEW_CODES,
    fresh: true,
    load,
    show: async (ctx, person, codes) => (codes ? showNew(deps, ctx, person, codes, {}) : web.redirect(ctx, PATH)),
  });
  frame.page({
    path: DOWNLOAD,
    fresh: true,
    load,
    show: async (ctx, { account }, codes) => (codes ? download(deps, ctx, account, codes) : web.redirect(ctx, PATH)),
  });
  frame.form({
    path: `${PATH}/saved`,
    page: NEW_CODES,
    fresh: true,
    submit: (ctx, person, fields) => saved(deps, ctx, person, fields),
  });
}

/** Keeps new codes for their page, in the transaction that made them. */
export async function keepCodes(
  { sealer }: Pick<FactorPagesDeps, 'sealer'>,
  within: Knex,
  key: DraftKey,
  codes: string[],
): Promise<void> {
  await keepDraft(sealer, within, key, codes.join('\n'));
}

async function newCodes({ database, sealer }: FactorPagesDeps, key: DraftKey): Promise<string[] | undefined> {
  return (await findDraft(sealer, database.knex, key))?.split('\n');
}

function draftOf({ web }: Pick<FactorPagesDeps, 'web'>, ctx: Context, accountId: string): DraftKey {
  return { accountId, browserHash: web.browser.ensure(ctx), kind: 'codes' };
}

async function show(
  { frame, web }: FactorPagesDeps,
  ctx: Context,
  person: Person,
  { totp, hasPasskey, recoveryCodes, recoveryCodesMadeAt }: Owned,
): Promise<void> {
  const made = recoveryCodesMadeAt && { left: recoveryCodes, made: recoveryCodesMadeAt.toISOString() };
  await frame.render(ctx, person, {
    view: 'second_factors/recovery_codes',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('second_factors.codes.title'),
    locals: { action: `${PATH}/make`, made, canMake: totp !== undefined || hasPasskey },
  });
}

/** They stand in for a second factor, and are none by themselves: who has none gets no codes. */
async function make(deps: FactorPagesDeps, ctx: Context, { account }: Person): Promise<void> {
  const { database, accounts, hasPasskey, mail, record, secondFactors, web } = deps;
  const occasion = occasionOf(deps, ctx);
  const { id: accountId } = account;
  const made = await transact(database, async (within) => {
    await accounts.hold(within, accountId);
    if (!(await secondFactors.hasTotp(within, accountId)) && !(await hasPasskey(within, accountId))) return false;
    const codes = await secondFactors.makeRecoveryCodes(within, accountId);
    await keepCodes(deps, within, draftOf(deps, ctx, accountId), codes);
    await queueNotice({ mail }, within, account, 'recovery-codes-made', occasion);
    return true;
  });
  if (!made) return web.redirect(ctx, PATH);
  mail.wake();
  const { reference } = occasion;
  await record({ type: 'second_factors.recovery_codes_made', outcome: 'ok', accountId, reference });
  web.redirect(ctx, NEW_CODES);
}

async function showNew(
  { frame, web }: FactorPagesDeps,
  ctx: Context,
  person: Person,
  codes: string[],
  { status, problems = [] }: Shown,
): Promise<void> {
  await frame.render(ctx, person, {
    view: 'second_factors/new_recovery_codes',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('second_factors.codes.new.title'),
    status,
    locals: { action: `${PATH}/saved`, shown: { codes, download: DOWNLOAD }, problems },
  });
}

/** Without the tick the page comes again: whoever goes on without the codes may never get in again. */
async function saved(
  deps: FactorPagesDeps,
  ctx: Context,
  person: Person,
  { saved: ticked }: Record<string, string>,
): Promise<void> {
  const { database, frame, web } = deps;
  const key = draftOf(deps, ctx, person.account.id);
  const codes = await newCodes(deps, key);
  if (codes && ticked !== '1') {
    const missing = problem(web.t(ctx), 'second_factors.codes.new.missing', 'saved');
    return showNew(deps, ctx, person, codes, { status: 422, problems: [missing] });
  }
  await dropDraft(database.knex, key);
  frame.done(ctx, SECOND_STEP, 'codes_saved');
}

function download({ web }: FactorPagesDeps, ctx: Context, { address, id }: Person['account'], codes: string[]): void {
  const heading = web.t(ctx)('second_factors.codes.file', { brand: web.brand.name, address: address?.stored ?? id });
  ctx.set('Content-Disposition', 'attachment; filename="recovery-codes.txt"');
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = [heading, '', ...codes, ''].join('\n');
}
