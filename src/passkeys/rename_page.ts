import type { Context } from 'koa';
import { nameProblems, parameterOf, problem, type Shown } from '../web/index.ts';
import { nameOf, PASSKEYS } from './account_page.ts';
import type { Passkey } from './door.ts';
import type { PasskeyPagesDeps, Person } from './page_deps.ts';

const RENAME = `${PASSKEYS}/:passkey/rename`;

/** The page on which somebody gives one of their passkeys a name. It opens nothing, so it asks for no fresh sign-in. */
export function mountRenamePage(deps: PasskeyPagesDeps): void {
  const { frame, passkeys, web } = deps;
  frame.page({
    path: RENAME,
    load: async ({ accountId }) => [await passkeys.listOf(accountId), undefined],
    async show(ctx, person, [listed]) {
      const passkey = findIn(ctx, listed);
      if (!passkey) return web.redirect(ctx, PASSKEYS);
      await show(deps, ctx, person, nameOf(web.t(ctx), passkey), {});
    },
  });
  frame.form({
    path: RENAME,
    page: PASSKEYS,
    async submit(ctx, person, { name: typed = '' }) {
      const t = web.t(ctx);
      const name = typed.trim();
      const problems = name === '' ? [problem(t, 'passkeys.problems.name_missing', 'name')] : nameProblems(t, name);
      if (problems.length > 0) return show(deps, ctx, person, typed, { status: 422, problems });
      await passkeys.rename(person.account.id, parameterOf(ctx, 'passkey'), name);
      frame.done(ctx, PASSKEYS, 'renamed');
    },
  });
}

async function show(
  { frame, web }: PasskeyPagesDeps,
  ctx: Context,
  person: Person,
  name: string,
  { status, problems = [] }: Shown,
): Promise<void> {
  await frame.render(ctx, person, {
    view: 'passkeys/rename_passkey',
    screen: 'account-security',
    tab: 'security',
    title: web.t(ctx)('passkeys.rename.title'),
    status,
    locals: { problems, action: ctx.path, back: PASSKEYS, name },
  });
}

function findIn(ctx: Context, listed: Passkey[]): Passkey | undefined {
  return listed.find(({ credentialId }) => credentialId === parameterOf(ctx, 'passkey'));
}
