import type { AccountPagesDeps } from './page_deps.ts';

/** `/account/security`: how the person signs in, as each factor room tells it. */
export function mountSecurity({ web, frame, cards }: AccountPagesDeps): void {
  frame.page({
    path: '/account/security',
    tab: 'security',
    load: ({ accountId }) => Promise.all(cards.map((card) => card(accountId))),
    async show(ctx, person, shown) {
      const t = web.t(ctx);
      await frame.render(ctx, person, {
        view: 'account/security',
        screen: 'account-security',
        tab: 'security',
        title: t('account.security.title'),
        notes: { password_changed: 'account.security.password_changed', password_set: 'account.security.password_set' },
        locals: { cards: shown.map((card) => card(t)) },
      });
    },
  });
}
