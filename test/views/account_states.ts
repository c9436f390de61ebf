import { said, type State } from './render.ts';

const tabNames = ['home', 'profile', 'security', 'identities', 'sessions', 'apps', 'activity', 'data'] as const;
const person = { name: 'Mina Seo', email: 'mina.seo@example.com', verified: true };

/** A page of an account in the frame that all of them have. */
export const accountState = (
  view: string,
  name: string,
  tab: (typeof tabNames)[number],
  title: State['title'],
  page: Record<string, unknown> = {},
): State => ({
  view: `account/${view}`,
  name,
  screen: tab === 'home' ? 'account' : `account-${tab}`,
  title,
  wide: true,
  page: {
    tabs: tabNames.map((one) => ({
      label: said(`account.tabs.${one}`),
      href: one === 'home' ? '/account' : `/account/${one}`,
      current: one === tab,
    })),
    person,
    problems: [],
    ...page,
  },
});

const rows = tabNames
  .filter((tab) => tab !== 'home')
  .map((tab) => ({
    label: said(`account.tabs.${tab}`),
    hint: said(`account.overview.${tab}`),
    href: `/account/${tab}`,
  }));

/** The pages under /account. */
export const accountStates: State[] = [
  accountState('overview', 'full', 'home', 'account.overview.title', { rows }),
  accountState('overview', 'asked', 'home', 'account.overview.title', {
    rows: [
      {
        label: said('account.requests.title'),
        hint: said('account.overview.requests', { waiting: 2 }),
        href: '/account/requests',
      },
      ...rows,
    ],
  }),
  accountState('overview', 'bare', 'home', 'account.overview.title', {
    rows,
    person: { email: 'mina.seo@example.com', verified: false },
  }),
  accountState('security', 'password', 'security', 'account.security.title', {
    cards: [
      {
        title: said('common.password'),
        text: said('account.security.factors_hint'),
        action: { label: said('common.show'), href: '/account/password' },
      },
    ],
  }),
];
