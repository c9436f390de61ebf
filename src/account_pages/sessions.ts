import type { Context } from 'koa';
import type { ListedSession } from '../oidc/index.ts';
import type { Person } from './frame.ts';
import type { AccountPagesDeps } from './page_deps.ts';
import { pageAsked, pageLinks } from './paging.ts';
import { deviceWords, momentOf } from './words.ts';

const PATH = '/account/sessions';

/**
 * `/account/sessions`: where the person is signed in. Ending a session asks for a fresh sign-in (ASVS 5.0 7.5.2): whoever
 * finds a browser open could lock its owner out elsewhere.
 */
export function mountSessions(deps: AccountPagesDeps): void {
  const { oidc, frame } = deps;
  frame.page({
    path: PATH,
    tab: 'sessions',
    load: ({ accountId }, ctx) => oidc.sessionsOf(accountId, pageAsked(ctx)),
    show: (ctx, person, { items, next }) => showSessions(deps, ctx, person, items, next),
  });
  frame.form({
    path: `${PATH}/end`,
    page: PATH,
    fresh: true,
    async submit(ctx, { account }, { uid = '' }) {
      // One that is gone already is what was wished for.
      await oidc.endSession(account.id, uid);
      frame.done(ctx, PATH, 'ended');
    },
  });
  frame.form({
    path: `${PATH}/end-others`,
    page: PATH,
    fresh: true,
    async submit(ctx, { account, session }) {
      await deps.distrustOthers(account.id, deps.web.browser.read(ctx));
      await oidc.endOtherSessions(account.id, session.uid);
      frame.done(ctx, PATH, 'others-ended');
    },
  });
}

async function showSessions(
  { web, frame }: AccountPagesDeps,
  ctx: Context,
  person: Person,
  listed: ListedSession[],
  next: string | undefined,
): Promise<void> {
  const t = web.t(ctx);
  const locale = web.locale(ctx);
  const sessions = listed.map((session) => ({
    uid: session.uid,
    device: deviceWords(t, session) ?? t('account.unknown_device'),
    place: session.place,
    seen: momentOf(locale, session.lastSeenAt, person.account.profile.zoneinfo),
    current: session.uid === person.session.uid,
  }));
  const links = pageLinks(ctx, next);
  await frame.render(ctx, person, {
    view: 'account/sessions',
    screen: 'account-sessions',
    tab: 'sessions',
    title: t('account.sessions.title'),
    notes: { ended: 'account.sessions.ended', 'others-ended': 'account.sessions.others_ended' },
    locals: {
      // People look for the one in their hands first.
      sessions: sessions.toSorted((one, other) => Number(other.current) - Number(one.current)),
      alone: sessions.every(({ current }) => current) && Object.keys(links).length === 0,
      ...links,
    },
  });
}
