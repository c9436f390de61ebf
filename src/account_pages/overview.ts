import type { AccountPagesDeps } from './page_deps.ts';

/** `/account`: the person, and the way to every page of the account. */
export function mountOverview({ web, frame }: AccountPagesDeps): void {
  frame.page({
    path: '/account',
    tab: 'home',
    async show(ctx, person) {
      const t = web.t(ctx);
      await frame.render(ctx, person, {
        view: 'account/overview',
        screen: 'account',
        tab: 'home',
        title: t('account.overview.title'),
        locals: {
          rows: frame.tabs().flatMap(({ tab, path }) => {
            if (tab === 'home') return [];
            return [{ label: t(`account.tabs.${tab}`), hint: t(`account.overview.${tab}`), href: path }];
          }),
        },
      });
    },
  });
}
