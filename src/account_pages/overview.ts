import type { AccountPagesDeps } from './page_deps.ts';
import { REQUESTS } from './requests.ts';

/** `/account`: the person, and the way to every page of the account. */
export function mountOverview({ web, frame, oidc }: AccountPagesDeps): void {
  frame.page({
    path: '/account',
    tab: 'home',
    load: ({ accountId }) => oidc.requestsOf(accountId),
    async show(ctx, person, { length: waiting }) {
      const t = web.t(ctx);
      const requests = {
        label: t('account.requests.title'),
        hint: t('account.overview.requests', { waiting }),
        href: REQUESTS,
      };
      await frame.render(ctx, person, {
        view: 'account/overview',
        screen: 'account',
        tab: 'home',
        title: t('account.overview.title'),
        locals: {
          rows: [
            ...(waiting > 0 ? [requests] : []),
            ...frame.tabs().flatMap(({ tab, path }) => {
              if (tab === 'home') return [];
              return [{ label: t(`account.tabs.${tab}`), hint: t(`account.overview.${tab}`), href: path }];
            }),
          ],
        },
      });
    },
  });
}
