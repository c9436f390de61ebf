import type { Context } from 'koa';
import { deadLink, mountLanding, problem, type LandingPage, type Shown } from '../web/index.ts';
import { askingOf } from './asking.ts';
import type { Person } from './frame.ts';
import { linkedPage } from './linked_page.ts';
import type { AccountPagesDeps } from './page_deps.ts';

const PATH = '/account/deletion';
const UNDO = `${PATH}/undo`;

/** `/account/deletion`: ends the account, and the landing page of the link that takes it back. */
export function mountDeletion(deps: AccountPagesDeps): void {
  const { web, frame, selfService, deletionGrace } = deps;
  frame.page({ path: PATH, fresh: true, show: (ctx, person) => show(deps, ctx, person, {}) });
  frame.form({
    path: PATH,
    page: PATH,
    fresh: true,
    async submit(ctx, person, { confirm }) {
      if (confirm !== '1') {
        const problems = [problem(web.t(ctx), 'account.deletion.problems.confirm', 'confirm')];
        return show(deps, ctx, person, { status: 422, problems });
      }
      await selfService.deletion.schedule(person.session, askingOf(web, ctx));
      // The session is gone: what happened stands on a page for everybody.
      web.redirect(ctx, `${UNDO}?end=${deletionGrace() === 0 ? 'deleted' : 'scheduled'}`);
    },
  });
  mountUndo(deps);
}

async function show(
  { web, frame, deletionGrace }: AccountPagesDeps,
  ctx: Context,
  person: Person,
  { status, problems = [] }: Shown,
): Promise<void> {
  await frame.render(ctx, person, {
    view: 'account/deletion',
    screen: 'account-deletion',
    tab: 'data',
    title: web.t(ctx)('account.deletion.title'),
    status,
    locals: { grace: deletionGrace(), problems },
  });
}

function mountUndo({ web, selfService: { deletion }, deletionGrace }: AccountPagesDeps): void {
  const end =
    (name: 'scheduled' | 'deleted' | 'undone' | 'used') =>
    (ctx: Context): LandingPage => {
      const t = web.t(ctx);
      const text = t(`account.deletion_undo.${name}.text`, { grace: deletionGrace(), brand: web.brand.name });
      const kept = name === 'undone' || name === 'used';
      const next = kept
        ? { label: t('landing.sign_in'), href: '/account' }
        : { label: t('error_page.home'), href: '/' };
      return { title: t(`account.deletion_undo.${name}.title`), text, next };
    };
  mountLanding(web, {
    path: UNDO,
    screen: 'deletion-undo',
    look: async (ctx, token) =>
      linkedPage(web, ctx, await deletion.look(token), {
        used: end('used'),
        question: (t, { account }) => ({
          title: t('account.deletion_undo.title'),
          text: t('account.deletion_undo.question', { address: account.address?.stored ?? '', brand: web.brand.name }),
          submit: t('account.deletion_undo.submit'),
        }),
      }),
    async act(_ctx, token) {
      const undone = await deletion.undo(token);
      return undone.ok ? 'undone' : undone.reason;
    },
    ends: {
      scheduled: end('scheduled'),
      deleted: end('deleted'),
      undone: end('undone'),
      used: end('used'),
      expired: (ctx) => deadLink(web, ctx),
    },
  });
}
