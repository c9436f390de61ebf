import { accountState } from './account_states.ts';
import { said, type State } from './render.ts';

const yesterday = { words: 'yesterday', iso: '2026-11-20T14:32:08.000Z' };

const session = (more: Record<string, unknown> = {}) => ({
  uid: 'Yk3',
  device: said('account.device', { browser: 'Firefox', os: 'Linux' }),
  place: 'Seoul, South Korea',
  seen: yesterday,
  current: false,
  ...more,
});
const here = session({ uid: 'Ab1', current: true });
const older = '/account/sessions?after=1.x';

const sessions = (name: string, page: Record<string, unknown>) =>
  accountState('sessions', name, 'sessions', 'account.sessions.title', { alone: false, ...page });

const app = {
  name: 'Northwind Calendar',
  logo: '/assets/northwind.svg',
  host: 'calendar.northwind.example',
  own: false,
  gone: false,
  can: [said('consent.scopes.openid'), said('consent.scopes.profile'), said('consent.scopes.offline_access')],
  given: '2 Jun 2025',
  used: yesterday,
  remove: '/account/apps/northwind/remove',
};

const apps = (name: string, page: Record<string, unknown>) =>
  accountState('apps', name, 'apps', 'account.apps.title', page);
const question = (name: string, more: Record<string, unknown>): State => ({
  ...accountState('remove_app', name, 'apps', 'account.apps.question', {
    app: { ...app, ...more },
    back: '/account/apps',
  }),
  titleValues: { app: 'Northwind Calendar' },
});

const activity = (name: string, events: unknown[]) =>
  accountState('activity', name, 'activity', 'account.activity.title', { events, notMe: '/account/activity/not-me' });

const request = {
  name: 'Northwind Bank',
  logo: '/assets/northwind.svg',
  host: 'bank.northwind.example',
  message: 'W4SCT',
  can: [said('consent.scopes.openid'), said('consent.scopes.email')],
  asked: yesterday,
  action: '/account/requests/x',
};
const requests = (name: string, page: Record<string, unknown>): State => ({
  ...accountState('requests', name, 'apps', 'account.requests.title', page),
  screen: 'account-requests',
});

/** The account pages about devices, apps and activity. */
export const accountUseStates: State[] = [
  sessions('alone', { sessions: [here], alone: true }),
  sessions('others', {
    sessions: [here, session(), session({ device: said('account.unknown_device'), place: undefined })],
    note: said('account.sessions.ended'),
  }),
  sessions('many', { sessions: [here, ...Array.from({ length: 19 }, () => session())], older }),
  sessions('last', { sessions: [session()], newest: '/account/sessions' }),
  sessions('past-the-end', { sessions: [], newest: '/account/sessions' }),
  requests('none', { requests: [], note: said('account.requests.allowed') }),
  requests('one', { requests: [request], note: said('account.requests.denied') }),
  requests('several', {
    requests: [request, { ...request, name: 'Call centre', logo: undefined, host: undefined, message: undefined }],
    problems: [{ text: said('account.requests.gone') }],
  }),
  requests('not-allowed', { requests: [request], problems: [{ text: said('account.requests.not_allowed') }] }),
  requests('way', { requests: [request], problems: [{ text: said('account.requests.way') }] }),
  apps('none', { apps: [] }),
  apps('one', { apps: [app], note: said('account.apps.removed') }),
  apps('kinds', {
    apps: [
      app,
      { ...app, name: 'Wiki', logo: undefined, own: true, used: undefined },
      { ...app, name: 'wiki-2019', logo: undefined, host: undefined, gone: true },
      { ...app, name: 'Northwind Robot', logo: undefined, host: undefined, stranger: true },
    ],
    older: '/account/apps?after=1.x',
    newest: '/account/apps',
  }),
  apps('past-the-end', { apps: [], newest: '/account/apps' }),
  question('logo', {}),
  question('bare', { logo: undefined, host: undefined, can: [said('consent.scopes.openid')] }),
  activity('none', []),
  activity('some', [
    {
      words: said('account.activity.events.signed_in'),
      facts: ['Wiki', said('account.device', { browser: 'Firefox', os: 'Linux' }), 'Seoul, South Korea'],
      at: yesterday,
    },
    { words: said('account.activity.events.password_wrong'), facts: [], at: yesterday },
  ]),
  { view: 'account/secured', name: 'done', screen: 'account-secured', title: 'account.secured.title', page: {} },
];
